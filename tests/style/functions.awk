# Splits formatted C++ into functions, for the checkers beside it: awk -f functions.awk -f <checker>.awk FILE...
# The checker defines
#   file_begun(file)
#   line_read(line)                             every line
#   function_ended(name, first, last, body)     every function definition
# and is given all text without comments and without what stands between quotes.
#
# A definition begins with a line that holds "name(", may go on over several lines, and its body ends on the
# line that opens it or at a "}" of the same indentation. That needs no parser because the format of the code
# is itself checked. Written for any POSIX awk.

FNR == 1 {
    in_comment = 0
    raw_end = ""
    inside = 0
    signature = ""
    file_begun(FILENAME)
}

{
    text = stripped($0)
    line_read(text)
    scan(text)
}

function stripped(line,    out, c, i, two, quote, at) {
    out = ""
    quote = ""
    for (i = 1; i <= length(line); ++i) {
        if (raw_end != "") {
            at = index(substr(line, i), raw_end)
            if (at == 0) break
            i += at + length(raw_end) - 2
            raw_end = ""
            out = out "\""
            continue
        }
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; ++i }
        } else if (quote != "") {
            if (c == "\\") ++i
            else if (c == quote) { quote = ""; out = out c }
        } else if (two == "//") {
            break
        } else if (two == "/*") {
            in_comment = 1
            ++i
        } else if (two == "R\"" && substr(line, i - 1, 1) !~ /[A-Za-z0-9_]/) {
            at = index(substr(line, i), "(")
            raw_end = ")" substr(line, i + 2, at - 3) "\""
            i += at - 1
            out = out "\""
        } else {
            if (c == "\"" || (c == "'" && substr(line, i - 1, 1) !~ /[0-9a-fA-F]/)) quote = c
            out = out c
        }
    }
    return out
}

function indent_of(line) { match(line, /^ */); return RLENGTH }

function scan(line) {
    if (inside) {
        body = body "\n" line
        if (indent_of(line) == inside_indent && line ~ /^ *[}]/) end_function()
        return
    }
    if (line ~ /^ *$/ || line ~ /^ *#/ || line ~ /^ *[a-zA-Z_ ]+:$/) {
        signature = ""
        return
    }
    if (signature == "") {
        signature = line
        signature_indent = indent_of(line)
        signature_line = FNR
    } else {
        signature = signature " " line
    }
    if (line ~ /;$/ && line !~ /[{]/) {
        signature = ""
    } else if (line ~ /[{]/) {
        if (is_definition(signature)) begin_function(line)
        signature = ""
    }
}

function is_definition(head) {
    sub(/[{].*/, "", head)
    return head ~ /\(/ && head !~ /[=(,] *$/ && head !~ /^ *(class|struct|union|enum|namespace) / &&
           head !~ /^[^(]*[^=<>!]= / && name_of(head) != ""
}

function name_of(head) {
    sub(/ *\(.*/, "", head)
    sub(/.*[ *&]/, "", head)
    sub(/.*::/, "", head)
    if (head ~ /^(if|for|while|switch|catch|return|do|else|requires|alignas|decltype)$/) return ""
    return head
}

function begin_function(line) {
    inside = 1
    inside_indent = signature_indent
    inside_name = name_of(signature)
    inside_first = signature_line
    body = signature
    if (line ~ /[}];?$/ && balanced(signature)) end_function()
}

function balanced(text,    opened, closed) {
    opened = gsub(/[{]/, "{", text)
    closed = gsub(/[}]/, "}", text)
    return opened == closed
}

function end_function() {
    inside = 0
    function_ended(inside_name, inside_first, FNR, body)
    body = ""
}
