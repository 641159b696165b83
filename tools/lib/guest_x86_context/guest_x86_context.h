/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Getters and setters for the vCPUs of Xen's domains, after the interface that
 * libsel4vm has under the same name.
 *
 * A handle stands for one vCPU of one domain. Registers and fields of it can be
 * touched while its domain is paused, by whoever, or has shut down; otherwise a
 * call fails with EBUSY. vm_vcpu_pause() pauses, vm_vcpu_while_paused() pauses
 * for as long as a function of the caller's runs.
 *
 * General registers have numbers of their own, enum vcpu_context_reg. All else
 * is named by what Intel's VMCS calls it, enum vm_vmcs_field, on a processor of
 * any make and for a PV domain, too. Xen keeps the state of an HVM or PVH vCPU
 * in its HVM context and that of a PV vCPU in its vCPU context, and neither has
 * everything: what it does not have is ENOTSUP, and so is changing what Xen
 * does not let anybody change. vm_vcpu_access() tells beforehand.
 *
 * A setter reads all, changes what was named, writes all, and reads again. A
 * value that Xen refuses, or would keep differently, is EINVAL, and then what
 * was there before is put back: a call that fails has changed nothing. Two
 * setters of this library, in whichever processes, wait for each other, so none
 * undoes what another has set. Other programs that set a context do not know
 * that, nor does a guest's own toolstack: keep them away.
 *
 * While a setter is at work its domain is paused once more, and signals wait. A
 * process that SIGKILL ends just then leaves that pause.
 *
 * The time stamp counter of an HVM guest stands still for the few microseconds
 * that Xen takes to write. A vCPU that waits for a device model gives up what
 * it waits for, as when it is restored.
 *
 * errno of every call:
 *
 * ========= ===========================================================
 * EINVAL    NULL, no such register, no VMCS encoding, a value that is too
 *           wide, or one that Xen does not take as it is
 * ENOTSUP   a register or field that Xen does not keep for this kind of
 *           domain, or does not let anybody change
 * EBUSY     the domain is running
 * ESRCH     there is no such domain (any more), or it is dying
 * ENOENT    the domain has no vCPU of that number
 * ENODATA   the vCPU is offline, or was never started: it has no context
 * EPERM     the file is restricted, or this domain is not privileged
 * EINTR     a signal came while the call waited for another setter
 * ENOMEM    there is no memory, here or in Xen
 * EPROTO    Xen answers what this library does not understand
 * ========= ===========================================================
 *
 * A handle can be used by several threads, but not by a child after fork().
 */
#ifndef GUEST_X86_CONTEXT_H
#define GUEST_X86_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * typedef vm_vcpu_t - Handle of a vCPU: its domain, its number, and a file on
 * /dev/xen/privcmd
 */
typedef struct vm_vcpu vm_vcpu_t;

/**
 * enum vcpu_context_reg - General registers, but for the stack pointer
 * @VCPU_CONTEXT_EAX: RAX
 * @VCPU_CONTEXT_EBX: RBX
 * @VCPU_CONTEXT_ECX: RCX
 * @VCPU_CONTEXT_EDX: RDX
 * @VCPU_CONTEXT_ESI: RSI
 * @VCPU_CONTEXT_EDI: RDI
 * @VCPU_CONTEXT_EBP: RBP
 * @VCPU_CONTEXT_R8: R8
 * @VCPU_CONTEXT_R9: R9
 * @VCPU_CONTEXT_R10: R10
 * @VCPU_CONTEXT_R11: R11
 * @VCPU_CONTEXT_R12: R12
 * @VCPU_CONTEXT_R13: R13
 * @VCPU_CONTEXT_R14: R14
 * @VCPU_CONTEXT_R15: R15
 * @VCPU_CONTEXT_REGS: how many there are
 * @VCPU_CONTEXT_RAX: another name
 * @VCPU_CONTEXT_RBX: another name
 * @VCPU_CONTEXT_RCX: another name
 * @VCPU_CONTEXT_RDX: another name
 * @VCPU_CONTEXT_RSI: another name
 * @VCPU_CONTEXT_RDI: another name
 * @VCPU_CONTEXT_RBP: another name
 *
 * A register has its whole width under either name: on a vCPU that runs 32-bit
 * code, as on the processor itself, what is meant lies in its lower half. The
 * upper half and R8 to R15 are ENOTSUP in a 32-bit PV domain, which has none:
 * a value with more than 32 bits is EINVAL there.
 *
 * The stack pointer is %VMX_GUEST_RSP.
 */
typedef enum vcpu_context_reg {
	VCPU_CONTEXT_EAX = 0,
	VCPU_CONTEXT_EBX,
	VCPU_CONTEXT_ECX,
	VCPU_CONTEXT_EDX,
	VCPU_CONTEXT_ESI,
	VCPU_CONTEXT_EDI,
	VCPU_CONTEXT_EBP,
	VCPU_CONTEXT_R8,
	VCPU_CONTEXT_R9,
	VCPU_CONTEXT_R10,
	VCPU_CONTEXT_R11,
	VCPU_CONTEXT_R12,
	VCPU_CONTEXT_R13,
	VCPU_CONTEXT_R14,
	VCPU_CONTEXT_R15,
	VCPU_CONTEXT_REGS,
	VCPU_CONTEXT_RAX = VCPU_CONTEXT_EAX,
	VCPU_CONTEXT_RBX = VCPU_CONTEXT_EBX,
	VCPU_CONTEXT_RCX = VCPU_CONTEXT_ECX,
	VCPU_CONTEXT_RDX = VCPU_CONTEXT_EDX,
	VCPU_CONTEXT_RSI = VCPU_CONTEXT_ESI,
	VCPU_CONTEXT_RDI = VCPU_CONTEXT_EDI,
	VCPU_CONTEXT_RBP = VCPU_CONTEXT_EBP,
} vcpu_context_reg_t;

/**
 * struct vm_thread_context - All registers of enum vcpu_context_reg, in its order
 * @reg: all of them, by number
 * @eax: RAX
 * @rax: another name
 * @ebx: RBX
 * @rbx: another name
 * @ecx: RCX
 * @rcx: another name
 * @edx: RDX
 * @rdx: another name
 * @esi: RSI
 * @rsi: another name
 * @edi: RDI
 * @rdi: another name
 * @ebp: RBP
 * @rbp: another name
 * @r8: R8
 * @r9: R9
 * @r10: R10
 * @r11: R11
 * @r12: R12
 * @r13: R13
 * @r14: R14
 * @r15: R15
 *
 * In a 32-bit PV domain r8 to r15 are read as 0 and ignored when they are
 * written.
 */
typedef struct vm_thread_context {
	union {
		uint64_t reg[VCPU_CONTEXT_REGS];
		struct {
			union { uint64_t eax, rax; };
			union { uint64_t ebx, rbx; };
			union { uint64_t ecx, rcx; };
			union { uint64_t edx, rdx; };
			union { uint64_t esi, rsi; };
			union { uint64_t edi, rdi; };
			union { uint64_t ebp, rbp; };
			uint64_t r8;
			uint64_t r9;
			uint64_t r10;
			uint64_t r11;
			uint64_t r12;
			uint64_t r13;
			uint64_t r14;
			uint64_t r15;
		};
	};
} vm_thread_context_t;

/**
 * typedef seL4_VCPUContext - What the model calls struct vm_thread_context
 */
typedef vm_thread_context_t seL4_VCPUContext;

/**
 * enum vm_vmcs_field - The guest's state, by VMCS encoding
 * @VMX_GUEST_ES_SELECTOR: selector of ES, 16 bits
 * @VMX_GUEST_CS_SELECTOR: selector of CS, 16 bits
 * @VMX_GUEST_SS_SELECTOR: selector of SS, 16 bits
 * @VMX_GUEST_DS_SELECTOR: selector of DS, 16 bits
 * @VMX_GUEST_FS_SELECTOR: selector of FS, 16 bits
 * @VMX_GUEST_GS_SELECTOR: selector of GS, 16 bits
 * @VMX_GUEST_LDTR_SELECTOR: selector of LDTR, 16 bits
 * @VMX_GUEST_TR_SELECTOR: selector of TR, 16 bits
 * @VMX_GUEST_DEBUGCTRL: not kept
 * @VMX_GUEST_PAT: MSR IA32_PAT
 * @VMX_GUEST_EFER: MSR EFER
 * @VMX_GUEST_ES_LIMIT: limit of ES in bytes, 32 bits
 * @VMX_GUEST_CS_LIMIT: limit of CS in bytes, 32 bits
 * @VMX_GUEST_SS_LIMIT: limit of SS in bytes, 32 bits
 * @VMX_GUEST_DS_LIMIT: limit of DS in bytes, 32 bits
 * @VMX_GUEST_FS_LIMIT: limit of FS in bytes, 32 bits
 * @VMX_GUEST_GS_LIMIT: limit of GS in bytes, 32 bits
 * @VMX_GUEST_LDTR_LIMIT: limit of LDTR in bytes, 32 bits
 * @VMX_GUEST_TR_LIMIT: limit of TR in bytes, 32 bits
 * @VMX_GUEST_GDTR_LIMIT: limit of GDTR in bytes, 32 bits
 * @VMX_GUEST_IDTR_LIMIT: limit of IDTR in bytes, 32 bits
 * @VMX_GUEST_ES_ACCESS_RIGHTS: access rights of ES
 * @VMX_GUEST_CS_ACCESS_RIGHTS: access rights of CS
 * @VMX_GUEST_SS_ACCESS_RIGHTS: access rights of SS
 * @VMX_GUEST_DS_ACCESS_RIGHTS: access rights of DS
 * @VMX_GUEST_FS_ACCESS_RIGHTS: access rights of FS
 * @VMX_GUEST_GS_ACCESS_RIGHTS: access rights of GS
 * @VMX_GUEST_LDTR_ACCESS_RIGHTS: access rights of LDTR
 * @VMX_GUEST_TR_ACCESS_RIGHTS: access rights of TR
 * @VMX_GUEST_INTERRUPTABILITY: not kept
 * @VMX_GUEST_ACTIVITY: %VM_ACTIVITY_ACTIVE, ..., read only
 * @VMX_GUEST_SYSENTER_CS: MSR of that name, 32 bits
 * @VMX_GUEST_CR0: CR0
 * @VMX_GUEST_CR3: CR3
 * @VMX_GUEST_CR4: CR4
 * @VMX_GUEST_ES_BASE: base of ES
 * @VMX_GUEST_CS_BASE: base of CS
 * @VMX_GUEST_SS_BASE: base of SS
 * @VMX_GUEST_DS_BASE: base of DS
 * @VMX_GUEST_FS_BASE: base of FS
 * @VMX_GUEST_GS_BASE: base of GS
 * @VMX_GUEST_LDTR_BASE: base of LDTR
 * @VMX_GUEST_TR_BASE: base of TR
 * @VMX_GUEST_GDTR_BASE: base of GDTR
 * @VMX_GUEST_IDTR_BASE: base of IDTR
 * @VMX_GUEST_DR7: DR7
 * @VMX_GUEST_RSP: stack pointer
 * @VMX_GUEST_RIP: instruction pointer
 * @VMX_GUEST_RFLAGS: flags
 * @VMX_GUEST_SYSENTER_ESP: MSR of that name
 * @VMX_GUEST_SYSENTER_EIP: MSR of that name
 *
 * Of a field of 64 bits the encoding with its lowest bit set is the upper half.
 *
 * Access rights are as in the VMCS: the descriptor's second doubleword shifted
 * right by 8, without the limit, and bit 16 for a segment that is unusable. Xen
 * keeps the present bit for both, so exactly one of the two is set. The
 * granularity bit of a segment that is present is what the limit needs: setting
 * a limit sets it, and access rights that have it wrong are %EINVAL.
 *
 * PV: CR0 can change in TS alone, CR4 as the guest itself could change it, and
 * CR3 (of the kernel, with the machine's frame number) not at all. RFLAGS has IF
 * set. The GS base is that of the mode, kernel or user, that the vCPU is in; it
 * and the FS base are there in a 64-bit domain only.
 *
 * The activity state tells whether the vCPU is in HLT, or blocked, or offline.
 * It cannot be set.
 */
typedef enum vm_vmcs_field {
	VMX_GUEST_ES_SELECTOR = 0x0800,
	VMX_GUEST_CS_SELECTOR = 0x0802,
	VMX_GUEST_SS_SELECTOR = 0x0804,
	VMX_GUEST_DS_SELECTOR = 0x0806,
	VMX_GUEST_FS_SELECTOR = 0x0808,
	VMX_GUEST_GS_SELECTOR = 0x080a,
	VMX_GUEST_LDTR_SELECTOR = 0x080c,
	VMX_GUEST_TR_SELECTOR = 0x080e,
	VMX_GUEST_DEBUGCTRL = 0x2802,
	VMX_GUEST_PAT = 0x2804,
	VMX_GUEST_EFER = 0x2806,
	VMX_GUEST_ES_LIMIT = 0x4800,
	VMX_GUEST_CS_LIMIT = 0x4802,
	VMX_GUEST_SS_LIMIT = 0x4804,
	VMX_GUEST_DS_LIMIT = 0x4806,
	VMX_GUEST_FS_LIMIT = 0x4808,
	VMX_GUEST_GS_LIMIT = 0x480a,
	VMX_GUEST_LDTR_LIMIT = 0x480c,
	VMX_GUEST_TR_LIMIT = 0x480e,
	VMX_GUEST_GDTR_LIMIT = 0x4810,
	VMX_GUEST_IDTR_LIMIT = 0x4812,
	VMX_GUEST_ES_ACCESS_RIGHTS = 0x4814,
	VMX_GUEST_CS_ACCESS_RIGHTS = 0x4816,
	VMX_GUEST_SS_ACCESS_RIGHTS = 0x4818,
	VMX_GUEST_DS_ACCESS_RIGHTS = 0x481a,
	VMX_GUEST_FS_ACCESS_RIGHTS = 0x481c,
	VMX_GUEST_GS_ACCESS_RIGHTS = 0x481e,
	VMX_GUEST_LDTR_ACCESS_RIGHTS = 0x4820,
	VMX_GUEST_TR_ACCESS_RIGHTS = 0x4822,
	VMX_GUEST_INTERRUPTABILITY = 0x4824,
	VMX_GUEST_ACTIVITY = 0x4826,
	VMX_GUEST_SYSENTER_CS = 0x482a,
	VMX_GUEST_CR0 = 0x6800,
	VMX_GUEST_CR3 = 0x6802,
	VMX_GUEST_CR4 = 0x6804,
	VMX_GUEST_ES_BASE = 0x6806,
	VMX_GUEST_CS_BASE = 0x6808,
	VMX_GUEST_SS_BASE = 0x680a,
	VMX_GUEST_DS_BASE = 0x680c,
	VMX_GUEST_FS_BASE = 0x680e,
	VMX_GUEST_GS_BASE = 0x6810,
	VMX_GUEST_LDTR_BASE = 0x6812,
	VMX_GUEST_TR_BASE = 0x6814,
	VMX_GUEST_GDTR_BASE = 0x6816,
	VMX_GUEST_IDTR_BASE = 0x6818,
	VMX_GUEST_DR7 = 0x681a,
	VMX_GUEST_RSP = 0x681c,
	VMX_GUEST_RIP = 0x681e,
	VMX_GUEST_RFLAGS = 0x6820,
	VMX_GUEST_SYSENTER_ESP = 0x6824,
	VMX_GUEST_SYSENTER_EIP = 0x6826,
} vm_vmcs_field_t;

/* Values of VMX_GUEST_ACTIVITY. */
#define VM_ACTIVITY_ACTIVE		0
#define VM_ACTIVITY_HLT			1
#define VM_ACTIVITY_WAIT_FOR_SIPI	3

/**
 * vm_vcpu_open() - Open a vCPU
 * @domid: number of the domain
 * @vcpu: number of the vCPU in it
 *
 * Finds out which version of its toolstack interface Xen has: that of 4.17 to
 * 4.21, and later ones as long as they answer the same way.
 *
 * Return: A handle for vm_vcpu_close(), or NULL with errno: %EPROTONOSUPPORT if
 * Xen has an interface that is unknown, %ENODEV if there is no /dev/xen/privcmd,
 * and what open() of it says
 */
vm_vcpu_t *vm_vcpu_open(uint32_t domid, uint32_t vcpu);

/**
 * vm_vcpu_close() - Take back what vm_vcpu_pause() did, and free the handle
 * @vcpu: a handle
 *
 * Return: 0, or -1 with errno
 */
int vm_vcpu_close(vm_vcpu_t *vcpu);

/**
 * vm_vcpu_fd() - File on /dev/xen/privcmd that a handle uses
 * @vcpu: a handle
 *
 * It can be restricted: then every call is EPERM.
 *
 * Return: The file's number, or -1 with errno
 */
int vm_vcpu_fd(vm_vcpu_t *vcpu);

/**
 * vm_vcpu_pause() - Pause the domain, and with it all of its vCPUs
 * @vcpu: a handle
 *
 * Xen counts: the domain runs again when all who paused it have resumed it. What
 * a process that dies has paused stays so, until somebody else resumes it.
 *
 * Return: 0, or -1 with errno: %EOVERFLOW if it is paused 255 times, %EINVAL if
 * it is the caller's own
 */
int vm_vcpu_pause(vm_vcpu_t *vcpu);

/**
 * vm_vcpu_resume() - Take back one vm_vcpu_pause() of this handle
 * @vcpu: a handle
 *
 * Return: 0, or -1 with errno: %EINVAL if this handle has not paused it
 */
int vm_vcpu_resume(vm_vcpu_t *vcpu);

/**
 * vm_vcpu_while_paused() - Pause, call a function, resume
 * @vcpu: a handle
 * @fn: the function; it can use all calls with this handle
 * @arg: its second argument
 *
 * Return: What the function returned, or -1 with errno if the domain could not be
 * paused, or the function returned 0 and the domain could not be resumed
 */
int vm_vcpu_while_paused(vm_vcpu_t *vcpu, int (*fn)(vm_vcpu_t *vcpu, void *arg),
			 void *arg);

/**
 * struct vm_vcpu_info - What is known of a vCPU whether or not it runs
 * @vcpus: numbers of vCPUs of the domain begin with 0 and end before this
 * @hvm: the domain is HVM or PVH
 * @width: 32 or 64, the bits of a PV domain's registers; of HVM always 64
 * @paused: the domain is paused
 * @shutdown: the domain has shut down and waits for its toolstack
 * @online: the vCPU was started
 * @blocked: the vCPU waits for an interrupt or event
 * @running: the vCPU is on a processor at this moment
 */
struct vm_vcpu_info {
	uint32_t vcpus;
	bool hvm;
	uint8_t width;
	bool paused;
	bool shutdown;
	bool online;
	bool blocked;
	bool running;
};

/**
 * vm_vcpu_info() - Tell what is known of a vCPU whether or not it runs
 * @vcpu: a handle
 * @info: filled
 *
 * Return: 0, or -1 with errno
 */
int vm_vcpu_info(vm_vcpu_t *vcpu, struct vm_vcpu_info *info);

/**
 * vm_set_thread_context() - Set all general registers
 * @vcpu: a handle
 * @context: their values
 *
 * Return: 0, or -1 with errno
 */
int vm_set_thread_context(vm_vcpu_t *vcpu, seL4_VCPUContext context);

/**
 * vm_get_thread_context() - Get all general registers
 * @vcpu: a handle
 * @context: filled, but not on error
 *
 * Return: 0, or -1 with errno
 */
int vm_get_thread_context(vm_vcpu_t *vcpu, seL4_VCPUContext *context);

/**
 * vm_set_thread_context_reg() - Set one general register
 * @vcpu: a handle
 * @reg: which one
 * @value: its value
 *
 * Return: 0, or -1 with errno
 */
int vm_set_thread_context_reg(vm_vcpu_t *vcpu, vcpu_context_reg_t reg,
			      uint64_t value);

/**
 * vm_get_thread_context_reg() - Get one general register
 * @vcpu: a handle
 * @reg: which one
 * @value: filled, but not on error
 *
 * Return: 0, or -1 with errno
 */
int vm_get_thread_context_reg(vm_vcpu_t *vcpu, vcpu_context_reg_t reg,
			      uint64_t *value);

/**
 * vm_set_vmcs_field() - Set a field of the guest's state
 * @vcpu: a handle
 * @field: its VMCS encoding, of enum vm_vmcs_field
 * @value: its value
 *
 * Return: 0, or -1 with errno
 */
int vm_set_vmcs_field(vm_vcpu_t *vcpu, uint64_t field, uint64_t value);

/**
 * vm_get_vmcs_field() - Get a field of the guest's state
 * @vcpu: a handle
 * @field: its VMCS encoding, of enum vm_vmcs_field
 * @value: filled, but not on error
 *
 * Return: 0, or -1 with errno
 */
int vm_get_vmcs_field(vm_vcpu_t *vcpu, uint64_t field, uint64_t *value);

/**
 * struct vm_vcpu_value - A register or field, and its value
 * @is_field: @id is one of enum vm_vmcs_field, not of enum vcpu_context_reg
 * @id: which one
 * @value: its value
 */
struct vm_vcpu_value {
	bool is_field;
	uint32_t id;
	uint64_t value;
};

/**
 * vm_vcpu_set_values() - Set some registers and fields at once, or none
 * @vcpu: a handle
 * @values: which, and to what
 * @nr: how many, 1 or more
 *
 * For what Xen accepts together only: a limit and its granularity, say.
 *
 * Return: 0, or -1 with errno
 */
int vm_vcpu_set_values(vm_vcpu_t *vcpu, const struct vm_vcpu_value *values,
		       size_t nr);

/**
 * vm_vcpu_get_values() - Get some registers and fields of one moment
 * @vcpu: a handle
 * @values: which; the values are filled, but not on error
 * @nr: how many, 1 or more
 *
 * Return: 0, or -1 with errno
 */
int vm_vcpu_get_values(vm_vcpu_t *vcpu, struct vm_vcpu_value *values,
		       size_t nr);

/* What vm_vcpu_access() answers. */
#define VM_ACCESS_READ	1
#define VM_ACCESS_WRITE	2

/**
 * vm_vcpu_access() - Tell whether a register or field can be got and set
 * @vcpu: a handle
 * @is_field: @id is one of enum vm_vmcs_field, not of enum vcpu_context_reg
 * @id: which one
 *
 * Return: %VM_ACCESS_READ and %VM_ACCESS_WRITE, together or alone; 0 if Xen does
 * not keep it; -1 with errno
 */
int vm_vcpu_access(vm_vcpu_t *vcpu, bool is_field, uint32_t id);

/**
 * struct vm_vcpu_name - A register or field and its name
 * @name: its name: "rax", "cs_limit"
 * @is_field: @id is one of enum vm_vmcs_field, not of enum vcpu_context_reg
 * @id: which one
 * @bits: its width
 */
struct vm_vcpu_name {
	const char *name;
	bool is_field;
	uint32_t id;
	uint8_t bits;
};

/**
 * vm_vcpu_name_at() - Go through all registers and fields
 * @index: 0 and up
 *
 * Return: Number @index of them, or NULL behind the last
 */
const struct vm_vcpu_name *vm_vcpu_name_at(size_t index);

/**
 * vm_vcpu_name_find() - Find a register or field by its name
 * @name: its name, in upper or lower case; "eax" is "rax"
 *
 * Return: What is called so, or NULL with errno %EINVAL
 */
const struct vm_vcpu_name *vm_vcpu_name_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
