#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Which file modprobe would take, as TAP; to be read by a script that has a
# directory $tmp, the $root of a file system, and the version $kver of a kernel
# in it.

: "${tmp:?}" "${root:=}" "${kver:=}"

count=0
failed=0
verdict() { # STATUS DESCRIPTION; what was found is in $tmp/found
	count=$((count + 1))
	if test "$1" = 0; then
		echo "ok $count - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $count - $2"
	head -n 20 "$tmp/found" | sed 's/^/# /'
}

# What modprobe would load for a module, below the directory of the kernel. Some
# kernels have modules compressed when they are installed.
would_load() { # MODULE...
	modprobe -d "$root" -S "$kver" -a -D "$@" 2>&1 |
		sed -n "s,^insmod .*/lib/modules/$kver/\([^ ]*\.ko\).*,\1,p" | sort -u
}

expect_load() { # DESCRIPTION MODULE FILE...
	what=$1
	module=$2
	shift 2
	would_load "$module" >"$tmp/found"
	printf '%s\n' "$@" | sort | cmp -s - "$tmp/found"
	verdict $? "$kver: $what"
}

expect_stock() { # WHEN
	for m in xen-privcmd xen-evtchn xen-gntdev xen-gntalloc; do
		expect_load "$1, $m is the stock one" $m kernel/drivers/xen/$m.ko
	done
	expect_load "$1, xenfs takes the stock xen-privcmd" xenfs \
		kernel/drivers/xen/xen-privcmd.ko kernel/drivers/xen/xenfs/xenfs.ko
}

expect_ours() { # WHEN DIRECTORY
	for m in xen-privcmd xen-evtchn xen-gntdev xen-gntalloc; do
		expect_load "$1, $m is ours" $m "$2/$m.ko" "$2/xen-hypercall.ko"
	done
	expect_load "$1, the stock xenfs takes our xen-privcmd" xenfs \
		"$2/xen-hypercall.ko" "$2/xen-privcmd.ko" kernel/drivers/xen/xenfs/xenfs.ko
}
