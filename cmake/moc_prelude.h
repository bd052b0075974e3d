// Read by moc alone, before every file. moc of Qt 6.4 does not know this macro of the standard library and
// stops at "namespace std" of <concepts>, <span> and <coroutine>.
#define _GLIBCXX_VISIBILITY(V)
