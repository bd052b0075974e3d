# What the include paths cannot refuse, because the headers lie in the system's folders or beside the file.
# FILENAME is relative to the root of the repository.

FNR == 1 {
    in_core = FILENAME ~ /^core\//
    in_layer = in_core || FILENAME ~ /^ui\//
    in_record = FILENAME ~ /^core\/record\//
}

/^[ \t]*#[ \t]*include/ {
    ++includes
    header = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", header)
    if (header ~ /\.\.\//) report("goes up a folder")
    if (header ~ /\.cpp[">]/) report("includes a source file")
    if (in_layer && header ~ /^"/ && header !~ /^"fragscope\// && header !~ /\.moc"/) report("is not \"fragscope/<layer>/...\"")
    if (in_core && header ~ /^[<"](Q|qcustomplot|fragscope\/ui\/|ui\/|app\/|commands\/)/) report("is above core/")
    if (header ~ /sqlite3/ && !in_record && FILENAME !~ /^tests\//) report("belongs to core/record alone")
    if (in_core && !in_record && header ~ /^<(random|ctime|chrono|time\.h|sys\/time\.h)>/) report("brings a clock or other randomness into the core")
    if (in_core && header ~ /^<(cmath|math\.h)>/) report("brings libm into the core")
}

function report(reason) {
    print FILENAME ":" FNR ": " $0 ": " reason
    bad = 1
}

END {
    print includes + 0 " includes looked at"
    exit bad || includes == 0
}
