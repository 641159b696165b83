# SPDX-License-Identifier: GPL-2.0-only
#
# Makes facts of what modinfo says of some modules: for each the file, whose it is,
# and who has signed it. The stock modules have no version.

function tell(module) {
	if (path ~ /^\//) {
		module = path
		gsub(/^.*\/|\.ko.*$/, "", module)
		printf "file\t%s\t%s\t%s\t%s\t%s\n", module, version == "" ? "stock" : "ours",
			version, signer, substr(path, length(root) + 1)
	}
	path = version = signer = ""
}

{
	field = $1
	sub(/^[^:]*: */, "")
}
field == "filename:" {
	tell()
	path = $0
}
field == "version:" { version = $0 }
field == "signer:" { signer = $0 }
END { tell() }
