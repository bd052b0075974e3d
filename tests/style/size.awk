# Files of at most 500 lines, functions of at most 50. The tables of cases of tests (..._data) may be longer,
# and so may a function that says why in a comment "style: long, because ..." inside it (opcodes, schemas).

function file_begun(file) {
    finish()
    current = file
    excused = 0
}

function line_read(line) {
    lines = FNR
    if ($0 ~ /style: long, because ./) excused = FNR
}

function function_ended(name, first, last, text) {
    ++functions
    if (last - first + 1 > 50 && excused < first && name !~ /_data$/) {
        report(current ":" first ": " name " has " last - first + 1 " lines, more than 50")
    }
}

function finish() {
    if (current != "" && lines > 500) report(current ":1: " lines " lines, more than 500")
}

function report(message) {
    print message
    bad = 1
}

END {
    finish()
    print functions + 0 " functions looked at"
    exit bad
}
