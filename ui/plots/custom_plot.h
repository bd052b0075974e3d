#pragma once

// qcustomplot.h is written with Qt's keywords, which this project switches off (QT_NO_KEYWORDS): one of them
// is the name of EventBus::emit. They are lent to it here.
#include <QObject>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef signals
#undef slots
#undef foreach
