# No test without an assertion. Reports test slots (functions under "private slots:") that assert nothing:
# neither themselves nor through a function of the same file that does. Comments, texts, and assertions of a
# constant do not count.

function file_begun(file) {
    finish()
    current = file
    in_slots = 0
    slot_count = 0
    split("", slots)
    split("", bodies)
    split("", asserting)
}

function line_read(line) {
    if (line ~ /^ *(public|private|protected) +(slots|Q_SLOTS) *:/) in_slots = 1
    else if (line ~ /^ *(public|private|protected|signals|Q_SIGNALS) *:/ || line ~ /^[}]/) in_slots = 0
    else if (in_slots && line ~ /^ +void +[A-Za-z0-9_]+\(\)/ && indent_of(line) <= 4) add_slot(line)
}

function add_slot(line) {
    sub(/^ +void +/, "", line)
    sub(/\(.*/, "", line)
    if (line ~ /_data$/ || line ~ /^(initTestCase|cleanupTestCase|init|cleanup)$/) return
    slots[line] = FNR
    ++slot_count
}

function function_ended(name, first, last, text) {
    sub(/^[^{]*[{]/, "", text)
    bodies[name] = bodies[name] "\n" text
    if (asserts(text)) asserting[name] = 1
}

function asserts(text,    pair) {
    gsub(/QVERIFY2?\((true|!false|1)[,)]/, "", text)
    while (match(text, /QCOMPARE\([^(),]+, [^(),]+\)/)) {
        split(substr(text, RSTART + 9, RLENGTH - 10), pair, /, /)
        if (pair[1] != pair[2]) return 1
        text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
    }
    return text ~ /(^|[^A-Za-z0-9_])(QCOMPARE|QCOMPARE_[A-Z]+|QVERIFY|QVERIFY2|QVERIFY_[A-Z_]+|QTRY_[A-Z0-9_]+|QFAIL|RC_ASSERT|RC_ASSERT_[A-Z]+|RC_FAIL) *\(/
}

# Functions that call one that asserts, until no more are found.
function spread(    name, helper, found) {
    do {
        found = 0
        for (name in bodies) {
            if (name in asserting) continue
            for (helper in asserting) {
                if (bodies[name] ~ ("(^|[^A-Za-z0-9_])" helper " *\\(")) {
                    asserting[name] = 1
                    found = 1
                    break
                }
            }
        }
    } while (found)
}

function finish(    name) {
    if (current == "") return
    spread()
    if (slot_count == 0) report(current ":1: no test slot found")
    for (name in slots) {
        if (!(name in bodies)) report(current ":" slots[name] ": " name " has no body here")
        else if (!(name in asserting)) report(current ":" slots[name] ": " name " asserts nothing")
    }
    total += slot_count
}

function report(message) {
    print message
    bad = 1
}

END {
    finish()
    print total + 0 " test slots looked at"
    exit bad
}
