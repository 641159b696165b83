# SPDX-License-Identifier: GPL-2.0-only
#
# Reads the facts of "xen-devices status": lines of fields with tabs between them,
# the first of which says what it is about. What shows them comes after this.

BEGIN { FS = "\t" }
$1 == "kernel" { kernel = $2 }
$1 == "xen" { xen = $2; domain = $3 }
$1 == "privileged" { privileged = 1 }
$1 == "module" {
	name[++modules] = $2
	state[$2] = $3; version[$2] = $4; taint[$2] = $5; refs[$2] = $6
	count[$3]++
}
$1 == "file" { file[$2] = $3; file_version[$2] = $4; signer[$2] = $5; path[$2] = $6 }
$1 == "user" { held++; users[$2] = users[$2] (users[$2] == "" ? "" : FS) $3 }
$1 == "parameter" { parameter[$2, ++parameters[$2]] = $3; value[$2, parameters[$2]] = $4; values++ }
$1 == "counted" { counted[$2] = 1; hits[$2] = 0 }
$1 == "refusal" {
	reason[$2, ++reasons[$2]] = $3; times[$2, reasons[$2]] = $4
	refused += $4
	if ($3 ~ /^limit(-|$)/)
		hits[$2] += $4
}
$1 == "holder" {
	holder[$2, ++holders[$2]] = $0
	held++
}

# What it comes to: the exit status.
function settle() {
	if (xen == "")
		verdict = 3
	else if (count["stock"] + count["builtin"] > 0)
		verdict = 1
	else if (count["absent"] > 0)
		verdict = 2
	else
		verdict = 0
}

# The kernel could not, or does not, check the signature of what has E.
function checked(m) {
	return index(taint[m], "E") ? "no" : "yes"
}

function loaded(m) { return state[m] == "ours" || state[m] == "stock" }
