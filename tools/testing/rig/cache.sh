#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The cache of what was fetched; to be read by a script that has a die().
#
# An entry is ${XDG_CACHE_HOME:-$HOME/.cache}/xen-devices/NAME_VERSION, so a new
# version of a package is a new directory. It is made under another name and
# renamed when complete: what has the final name can be trusted, and nothing is
# lost when the cache is.

[ -n "${XDG_CACHE_HOME:-}${HOME:-}" ] || die "neither XDG_CACHE_HOME nor HOME is set"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/xen-devices
temp=
trap '[ -z "$temp" ] || rm -rf "$temp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Where NAME_VERSION goes; a colon (epoch) would upset PATH-like lists.
entry() {
	printf '%s/%s\n' "$cache" "$(printf '%s' "$1" | tr ':/' '__')"
}

# Makes $temp: world-readable, because apt's download user has to look at it,
# and in the cache, so that the rename at the end is one.
begin() {
	mkdir -p "$cache" || die "cannot write to $cache"
	temp=$(mktemp -d "$cache/.new.XXXXXX") || die "cannot write to $cache"
	chmod 755 "$temp"
	mkdir "$temp/out"
}

# $1: final directory. Somebody else may have been faster; theirs is as good.
commit() {
	chmod -R u+rwX,go+rX "$temp/out"
	if [ -d "$1" ]; then
		# A directory without its stamp is not ours, or damaged.
		[ -e "$1/.complete" ] || rm -rf "$1"
	fi
	: >"$temp/out/.complete"
	[ -d "$1" ] || mv -T "$temp/out" "$1" 2>/dev/null || [ -e "$1/.complete" ] ||
		die "cannot write to $1"
	rm -rf "$temp"
	temp=
}

# What went wrong, where it was kept quiet.
explain_download() {
	sed 's/^/  /' "$temp/log" >&2
}

# A version of $1 fetched earlier: better than nothing when apt cannot help.
earlier() {
	for dir in "$(entry "$1")"_*; do
		[ -e "$dir/.complete" ] || continue
		note "$2: using ${dir##*/} fetched earlier"
		printf '%s\n' "$dir"
		return
	done
	return 1
}
