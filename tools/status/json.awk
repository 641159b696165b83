# SPDX-License-Identifier: GPL-2.0-only
#
# Shows the facts to programs.

function quoted(s, i, c, out) {
	out = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		out = out (c == "\"" || c == "\\" ? "\\" : "") c
	}
	return "\"" out "\""
}

function maybe(s) { return s == "" ? "null" : quoted(s) }

function number(s) { return s ~ /^-?[0-9]+$/ ? s : "null" }

function list_holders(m, i, f, out) {
	out = ""
	for (i = 1; i <= holders[m]; i++) {
		split(holder[m, i], f, FS)
		out = out (i > 1 ? ", " : "") "{\"pid\": " f[3] ", \"comm\": " quoted(f[4]) \
			", \"node\": " quoted(f[5]) ", \"how\": " quoted(f[6]) "}"
	}
	return "[" out "]"
}

function list_users(m, n, list, i, out) {
	out = ""
	n = split(users[m], list, FS)
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? ", " : "") quoted(list[i])
	return "[" out "]"
}

function object(m, keys, values, n, plain, i, out) {
	out = ""
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? ", " : "") quoted(keys[m, i]) ": " \
			(plain ? values[m, i] : quoted(values[m, i]))
	return "{" out "}"
}

function installed(m) {
	if (path[m] == "")
		return "null"
	return "{\"file\": " quoted(path[m]) ", \"kind\": " (file[m] == "ours" ? "\"ours\"" : "\"stock\"") \
		", \"version\": " maybe(file_version[m]) ", \"signer\": " maybe(signer[m]) "}"
}

END {
	settle()
	printf "{\n  \"exit_status\": %d,\n  \"kernel\": %s,\n  \"xen\": %s,\n  \"domain\": %s,\n", verdict, quoted(kernel), maybe(xen), maybe(domain)
	printf "  \"holders_complete\": %s,\n  \"modules\": [\n", privileged ? "true" : "false"
	for (i = 1; i <= modules; i++) {
		m = name[i]
		printf "    {\n      \"name\": %s,\n      \"state\": %s,\n      \"version\": %s,\n", quoted(m), quoted(state[m]), maybe(version[m])
		printf "      \"taint\": %s,\n      \"verified\": %s,\n", loaded(m) ? quoted(taint[m]) : "null", loaded(m) ? (checked(m) == "yes" ? "true" : "false") : "null"
		printf "      \"refcount\": %s,\n      \"used_by\": %s,\n", number(refs[m]), list_users(m)
		printf "      \"holders\": %s,\n", list_holders(m)
		printf "      \"parameters\": %s,\n", object(m, parameter, value, parameters[m], 0)
		printf "      \"refusals\": %s,\n", m in counted ? object(m, reason, times, reasons[m], 1) : "null"
		printf "      \"limit_hits\": %s,\n", m in counted ? hits[m] : "null"
		printf "      \"installed\": %s\n    }%s\n", installed(m), i < modules ? "," : ""
	}
	print "  ]\n}"
	exit verdict
}
