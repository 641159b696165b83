# SPDX-License-Identifier: GPL-2.0-only
#
# Shows the facts to people.

function next_boot(m) {
	if (state[m] == "builtin")
		return "builtin"
	if (path[m] == "")
		return "-"
	if (file[m] != "ours")
		return "stock"
	return "ours " file_version[m] (signer[m] == "" ? ", not signed" : ", signed by " signer[m])
}

function heading(title) { printf "\n%s\n", title }

function show_parameters(m, i, line) {
	line = ""
	for (i = 1; i <= parameters[m]; i++)
		line = line " " parameter[m, i] "=" value[m, i]
	if (line != "")
		printf "  %-14s%s\n", m, line
}

function show_refusals(m, i) {
	for (i = 1; i <= reasons[m]; i++)
		if (times[m, i] > 0)
			printf "  %-14s %s %s\n", m, reason[m, i], times[m, i]
}

function show_holders(m, i, f, n, list, j) {
	for (i = 1; i <= holders[m]; i++) {
		split(holder[m, i], f, FS)
		printf "  %-14s %s (%s) has %s %s\n", m, f[4], f[3], f[5], f[6]
	}
	n = split(users[m], list, FS)
	for (j = 1; j <= n; j++)
		printf "  %-14s module %s\n", m, list[j]
}

function nothing(n) {
	if (!n)
		print "  nothing"
}

function stale(i, m) {
	for (i = 1; i <= modules; i++) {
		m = name[i]
		if (file[m] == "ours" && (state[m] != "ours" || version[m] != file_version[m]))
			return 1
	}
	return 0
}

END {
	settle()
	printf "Linux %s", kernel
	print xen == "" ? ", not on Xen" : " on Xen " xen ", " domain
	print ""
	printf "%-14s %-8s %-9s %-6s %-8s %5s  %s\n", "MODULE", "LOADED", "VERSION", "TAINT", "VERIFIED", "REFS", "AT THE NEXT LOADING"
	for (i = 1; i <= modules; i++) {
		m = name[i]
		printf "%-14s %-8s %-9s %-6s %-8s %5s  %s\n", m, state[m] == "absent" ? "-" : state[m],
			version[m] == "" ? "-" : version[m], taint[m] == "" ? "-" : taint[m],
			loaded(m) ? checked(m) : "-", refs[m] == "" ? "-" : refs[m], next_boot(m)
	}
	heading("Parameters:")
	for (i = 1; i <= modules; i++)
		show_parameters(name[i])
	nothing(values)
	heading("Held by:")
	for (i = 1; i <= modules; i++)
		show_holders(name[i])
	nothing(held)
	if (!privileged)
		print "  (of processes only root sees all)"
	limits = known = 0
	for (m in counted) { known = 1; limits += hits[m] }
	if (refused > 0) {
		heading("Refused, since the modules were loaded:")
		for (i = 1; i <= modules; i++)
			show_refusals(name[i])
	}
	print ""
	if (!known)
		print "Whether a limit was hit is not known: no counts under /sys/kernel/debug/xen-devices."
	else if (limits > 0)
		print "A limit was hit " limits (limits == 1 ? " time." : " times.")
	else
		print "No limit was hit."
	if (verdict == 0)
		print "All modules are ours."
	else if (verdict == 1)
		print "Modules of the kernel are in use."
	else if (verdict == 2)
		print "Not all modules are loaded."
	else
		print "Without Xen none of the modules loads."
	if (verdict != 3 && stale())
		print "What is installed is not what is loaded: reboot, or try \"xen-devices load\"."
	exit verdict
}
