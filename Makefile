# SPDX-License-Identifier: GPL-2.0-only
#
# A thin layer over kbuild, and the door to the tests. "make help" lists it all.

KERNELRELEASE ?= $(shell uname -r)
KVER ?= $(KERNELRELEASE)
KDIR ?= $(or $(KERNELDIR),/lib/modules/$(KVER)/build)

# kbuild's default differs between kernels, and depmod prefers only this one.
INSTALL_MOD_DIR ?= updates

VERSION := $(shell cat VERSION)
TESTING := tools/testing
LIB := tools/lib/guest_x86_context
PREFIX ?= /usr/local
SCRIPTS := $(wildcard tools/bpftrace/*.bt)
TESTS_FOR_DOM0 := privcmd hypercall hypercall-buf evtchn evtchn-stress foreign resource dm_op \
	eventfd gntalloc gntdev gnttab-libs gnt-scale dmabuf libxen libraries vcpu_context \
	status

# W, C, V, ARCH, CROSS_COMPILE, INSTALL_MOD_PATH and the like reach kbuild by
# themselves: they are on the command line or in the environment. Only O needs
# help, because kbuild would take it relative to the kernel's directory.
KBUILD := $(MAKE) -C $(KDIR) M=$(or $(SRC),$(CURDIR)) \
	INSTALL_MOD_DIR=$(INSTALL_MOD_DIR) $(if $(O),O=$(abspath $(O)))
MAKEOVERRIDES := $(filter-out KERNELRELEASE=% O=%,$(MAKEOVERRIDES))

# What goes into a build outside the tree.
SOURCES := Kbuild VERSION drivers include

# The rig takes arguments; who says "make run" says the same by variables.
said = $(if $($2),--$1 '$($2)')
RIG = $(TESTING)/rig/run $(RIG_ARGUMENTS)
RIG_ARGUMENTS = $(call said,arch,ARCH) $(call said,kernel,KERNEL) $(call said,mode,MODE) $(call said,xen,XEN) \
	$(call said,tests,TESTS) $(call said,filter,FILTER) $(call said,bench,BENCH) \
	$(call said,minutes,MINUTES) $(call said,smp,SMP) $(call said,timeout,TIMEOUT) \
	$(call said,selftests,SELFTESTS) $(call said,xenstored,XENSTORED) \
	$(if $(CLIENTS),--clients,$(if $(GUESTS),--$(if $(filter save,$(GUESTS)),save,guests))) \
	$(if $(filter stock,$(ORACLE)),--stock) $(if $(FULL),--full) $(if $(ICOUNT),--icount) \
	$(if $(BPFTRACE),--bpftrace) $(if $(COVERAGE),--coverage) $(if $(YES),--yes)
BENCH_RUN = $(TESTING)/bench/run $(if $(KERNEL),--kernel=$(KERNEL)) $(if $(XEN),--xen=$(XEN)) \
	$(if $(TIMEOUT),--timeout=$(TIMEOUT)) $(if $(YES),--yes)

.DEFAULT_GOAL := modules
.PHONY: modules modules-into clean install modules_install uninstall load \
	unload lib lib-install lib-uninstall tools-install tools-uninstall package \
	status-check test-package check-kdir selftests headers-check \
	install-check check style-report kunit kunit-qemu mutate fuzz \
	coverage run shell test test-debug matrix compatibility stress clients \
	soak bench bench-check bench-baseline bench-document bench-profile libraries abi man docs \
	man-install man-uninstall help

check-kdir:
	@test -e $(KDIR)/Makefile || { \
		echo "No kernel build directory at $(KDIR): install the package linux-headers-$(KVER), or name another with KDIR= or KVER=." >&2; \
		exit 1; }

modules: check-kdir
	+$(KBUILD) modules

# For a kernel other than the running one: objects of two kernels in one
# directory would get into each other's way.
modules-into: check-kdir
	@test -n "$(OUT)" || { echo "OUT= names the directory to build in." >&2; exit 1; }
	@mkdir -p $(OUT)
	@cp -ru --preserve=timestamps $(SOURCES) $(OUT)/
	+$(MAKE) --no-print-directory modules KVER=$(KVER) KDIR=$(KDIR) SRC=$(abspath $(OUT))

clean:
	@if test -e $(KDIR)/Makefile; then $(KBUILD) clean; fi
	rm -rf build

install modules_install: check-kdir
	+$(KBUILD) modules_install
	$(if $(INSTALL_MOD_PATH),depmod -b $(INSTALL_MOD_PATH) $(KVER),depmod $(KVER))

uninstall:
	rm -f $(addprefix $(INSTALL_MOD_PATH)/lib/modules/$(KVER)/$(INSTALL_MOD_DIR)/,\
		$(foreach m,xen-hypercall xen-privcmd xen-evtchn xen-gntdev xen-gntalloc,$(m).ko $(m).ko.xz $(m).ko.zst $(m).ko.gz))
	$(if $(INSTALL_MOD_PATH),depmod -b $(INSTALL_MOD_PATH) $(KVER),depmod $(KVER))

load:
	@XEN_MODULES_OURS=$(CURDIR) tools/load ours

unload:
	@tools/load stock

# OUT= is for modules-into; a build directory of the library is below ours.
lib:
	+@$(MAKE) --no-print-directory -C $(LIB) OUT=$(CURDIR)/build/lib

lib-install lib-uninstall:
	+@$(MAKE) --no-print-directory -C $(LIB) OUT=$(CURDIR)/build/lib $(@:lib-%=%)

# Of the tests those that need nothing of the rig. SELFTESTS= is where they were
# built; without it they stay out.
tools-install:
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/libexec/xen-devices \
		$(DESTDIR)$(PREFIX)/share/xen-devices/status $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 tools/xen-devices $(DESTDIR)$(PREFIX)/sbin/
	install -m 755 tools/load $(DESTDIR)$(PREFIX)/libexec/xen-devices/
	install -m 644 tools/status/*.awk $(DESTDIR)$(PREFIX)/share/xen-devices/status/
	install -m 644 tools/xen-devices.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	$(if $(SCRIPTS),install -d $(DESTDIR)$(PREFIX)/share/xen-devices/bpftrace)
	$(if $(SCRIPTS),install -m 755 $(SCRIPTS) $(DESTDIR)$(PREFIX)/share/xen-devices/bpftrace/)
	$(if $(SELFTESTS),install -d $(DESTDIR)$(PREFIX)/libexec/xen-devices/tests)
	$(if $(SELFTESTS),install -m 755 $(addprefix $(SELFTESTS)/,$(TESTS_FOR_DOM0)) \
		$(DESTDIR)$(PREFIX)/libexec/xen-devices/tests/)

tools-uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/xen-devices $(DESTDIR)$(PREFIX)/share/man/man8/xen-devices.8
	rm -rf $(DESTDIR)$(PREFIX)/libexec/xen-devices $(DESTDIR)$(PREFIX)/share/xen-devices

package:
	@tools/package

test-package:
	@YES=1 $(TESTING)/rig/install-deps --for test-package
	@$(TESTING)/package/check

status-check:
	@$(TESTING)/rig/install-deps
	@$(TESTING)/test_status.py

selftests:
	@$(RIG) --build-only selftests

install-check:
	@$(TESTING)/rig/install-deps
	@$(TESTING)/install/check

headers-check:
	@$(TESTING)/headers/check-uapi

check:
	@$(TESTING)/static/check

style-report:
	@$(TESTING)/static/style-report

kunit:
	@$(TESTING)/rig/install-deps --for test
	@$(TESTING)/kunit/run $(call said,suite,SUITE)

kunit-qemu:
	@$(TESTING)/rig/install-deps --for debug-run
	@$(TESTING)/kunit/run --kernel $(or $(KERNEL),6.12) $(call said,suite,SUITE)

mutate:
	@$(TESTING)/rig/install-deps --for test
	@$(TESTING)/kunit/mutate

fuzz:
	@$(TESTING)/rig/install-deps --for test
	@$(TESTING)/fuzz/run $(call said,minutes,MINUTES) $(call said,seed,SEED)

coverage:
	@$(TESTING)/rig/install-deps --for test
	@$(TESTING)/rig/install-deps --for debug-run
	@$(TESTING)/coverage

run:
	@$(RIG)

shell:
	@$(RIG) --shell

test:
	@YES=1 $(TESTING)/rig/install-deps --for test
	@$(TESTING)/test

test-debug:
	@YES=1 $(TESTING)/rig/install-deps --for debug-run
	@$(TESTING)/test debug

matrix:
	@YES=1 $(TESTING)/rig/install-deps
	@$(TESTING)/matrix

compatibility:
	@$(TESTING)/matrix --document

# What races, needs two processors.
stress:
	@$(RIG) --tests stress --smp $(or $(SMP),2) --minutes $(or $(MINUTES),10)

# Debian's programs, ours and stock.
clients:
	@$(TESTING)/clients

soak:
	@$(TESTING)/soak $(RIG_ARGUMENTS)

bench:
	@$(BENCH_RUN)

bench-check:
	@$(BENCH_RUN) --check

bench-baseline:
	@$(BENCH_RUN) --baseline

bench-document:
	@$(TESTING)/bench/report --document build/bench

bench-profile:
	@$(TESTING)/rig/install-deps --for run
	@$(TESTING)/bench/profile/run $(OP)

libraries:
	@$(TESTING)/libraries

# For bindings to other languages, and the pages for people that come of it.
abi:
	@tools/abi/generate Documentation/abi/xen-devices.json

man: abi
	@tools/abi/man Documentation/man

docs:
	@$(TESTING)/rig/install-deps --for docs
	@tools/docs/build

MANDIR ?= $(PREFIX)/share/man
man-pages := $(wildcard Documentation/man/*.4)

man-install:
	install -d $(DESTDIR)$(MANDIR)/man4
	install -m 644 $(man-pages) $(DESTDIR)$(MANDIR)/man4

man-uninstall:
	rm -f $(addprefix $(DESTDIR)$(MANDIR)/man4/,$(notdir $(man-pages)))

help:
	@echo 'xen-devices $(VERSION): drivers for /dev/xen/*'
	@echo
	@echo 'Build:'
	@echo '  modules         build the modules (the default)'
	@echo '  modules-into    build them outside the tree, in OUT='
	@echo '  clean           remove what was built'
	@echo '    KVER=VERSION  kernel to build for, of those under /lib/modules [$(KVER)]'
	@echo '    KDIR=DIR      its build directory [/lib/modules/KVER/build]'
	@echo '    O=DIR         where that kernel was built, when KDIR is its source'
	@echo '    W=1 C=2 V=1 ARCH= CROSS_COMPILE=   as for the kernel itself'
	@echo '  lib             build the library for vCPU contexts and xen-vcpu-context, in build/lib'
	@echo
	@echo 'Install (as root, on a dom0):'
	@echo '  install         install under updates/ and run depmod'
	@echo '  uninstall       remove them again; the stock modules are back'
	@echo '    INSTALL_MOD_PATH=DIR   root of the file system to install into'
	@echo '  lib-install     install the library and its command; lib-uninstall removes them'
	@echo '  tools-install   install the command xen-devices; tools-uninstall removes it'
	@echo '    PREFIX=DIR LIBDIR= DESTDIR=   where [/usr/local]'
	@echo '  man-install     install the manual pages of the nodes; man-uninstall removes them'
	@echo '    PREFIX=DIR MANDIR= DESTDIR=    where [/usr/local]'
	@echo '  load            replace the loaded stock modules by those built here'
	@echo '  unload          go back to the stock modules'
	@echo
	@echo 'Packages (on Debian 12):'
	@echo '  package         build Debian packages, in build/packages: the modules for DKMS, the tools'
	@echo '  test-package    install, upgrade, sign and remove them in a fresh Debian, and boot Xen from it'
	@echo
	@echo 'Check:'
	@echo '  check           static checks: warnings, sparse, coccinelle, objtool, style, models'
	@echo '  style-report    lengths of functions and files, and how much is comment'
	@echo '  headers-check   the UAPI headers alone'
	@echo '  install-check   what modprobe takes after install and uninstall'
	@echo '  status-check    what "xen-devices status" says of machines that it is shown'
	@echo
	@echo 'Write what is made from something else:'
	@echo '  docs            the documentation as HTML, in build/docs/html'
	@echo '  abi             Documentation/abi/xen-devices.json, from the UAPI headers'
	@echo '  man             that, and Documentation/man/*.4 from it'
	@echo
	@echo 'Unit tests (on Debian 12; on a fake Xen, in User-mode Linux or in QEMU):'
	@echo '  kunit           build and run them all; the first time builds a kernel, too'
	@echo '  kunit-qemu      the same tests on a kernel for x86, without Xen'
	@echo '    KERNEL=6.1|6.12|lockdep|kasan|kcsan   which: Debian'"'"'s, or one that finds faults [6.12]'
	@echo '  coverage        lines and branches that kunit and the dom0s of test-debug reach; FAST=1: kunit'
	@echo '  fuzz            calls, events and failures by chance, for MINUTES= [10], on the kernel of'
	@echo '                  kunit: what is found is in build/fuzz/found; SEED=N'
	@echo '  mutate          put faults into the drivers, one by one, and see that they are noticed'
	@echo '    SUITE=GLOB    only these suites or tests: evtchn*, or privcmd_vma.*'
	@echo
	@echo 'Test (on Debian 12; real Xen in QEMU, no other machine needed):'
	@echo '  run             build, boot Xen and a dom0, exercise every ioctl'
	@echo '  shell           the same dom0, with a prompt'
	@echo '  test            every test; FAST=1 for those under two minutes, FULL=1 for all rounds'
	@echo '  test-debug      the tests of run and of kunit, on kernels with lockdep and with KASAN; with'
	@echo '                  KCSAN those of kunit, and those of run in which something races'
	@echo '    JOBS=N            of either, N parts at once [as many as there are processors]'
	@echo '  matrix          the tests of run on every Linux, Xen and kind of domain, ours and stock;'
	@echo '                  KERNEL= XEN= MODE=pv|pvh|guests ORACLE=ours|stock choose, JOBS=N at a time'
	@echo '  compatibility   write what it found into COMPATIBILITY.md'
	@echo '  stress          threads and processes that race, for MINUTES= [10]'
	@echo '  clients         every program of Debian on the devices, on both kinds of modules, and'
	@echo '                  Documentation/clients.md from it'
	@echo '  soak            make, use and destroy guests for MINUTES= [60], and see what is left;'
	@echo '                  an hour or more goes into Documentation/soak.md'
	@echo '  bench           what each operation costs: stock, ours, and the floor under both;'
	@echo '                  in a PV and a PVH dom0, and with two threads'
	@echo '  bench-check     compare the instructions of ours with those of before'
	@echo '  bench-baseline  keep those of now to compare with'
	@echo '  bench-document  write what bench found into Documentation/performance'
	@echo '  bench-profile   whose these instructions are; OP=gntdev-map.1: by function'
	@echo '  libraries       each function of Xen'"'"'s libraries, on both kinds of modules, and'
	@echo '                  Documentation/libraries.md from it'
	@echo '    KERNEL=6.1|6.12|7.2   dom0 kernel of these but test and libraries [6.12]; also lockdep, kasan or kcsan'
	@echo '    MODE=pv|pvh       kind of dom0 of these but test and libraries [pv]'
	@echo '    ORACLE=stock      run on the stock modules instead of ours'
	@echo '    XEN=4.17|4.20     run on this Xen [4.17]; paging: with memory paging, built from source'
	@echo '    GUESTS=1          run what makes guests, with Debian'"'"'s toolstack; save: what'
	@echo '                      saves and restores them'
	@echo '    BPFTRACE=1        run the scripts of tools/bpftrace'
	@echo '    CLIENTS=1         run Debian'"'"'s other programs, on guests with disks and networks'
	@echo '    XENSTORED=oxenstored   with the xenstored in OCaml'
	@echo '    ICOUNT=1          time counts instructions: costs are compared'
	@echo '    YES=1             install missing packages without asking'
