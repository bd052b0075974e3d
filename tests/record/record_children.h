#pragma once

#include "record/record_support.h"
#include <chrono>
#include <csignal>
#include <functional>
#include <map>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

/// Processes of their own for tests that kill, starve or disarm a recorder: the test program starts
/// itself again with the name of a part to play, before any thread exists in the new process.
namespace fragscope {

using ChildPart = std::function<int(const std::string& path)>;

class Child {
public:
    Child(const std::string& part, const std::string& path) {
        int ends[2];
        if (::pipe(ends) != 0) {
            qFatal("pipe");
        }
        process_ = ::fork();
        if (process_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            ::execl("/proc/self/exe", "child", "--part", part.c_str(), path.c_str(), nullptr);
            ::_exit(127);
        }
        ::close(ends[1]);
        output_ = ends[0];
    }

    ~Child() {
        if (process_ > 0) {
            kill();
        }
        closeOutput();
    }

    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// Waits for one character of output ("ready"); false if there is none.
    bool waitUntilReady() const {
        char c = 0;
        return ::read(output_, &c, 1) == 1;
    }

    void kill() {
        ::kill(process_, SIGKILL);
        wait();
    }

    /// Reads nothing more of it.
    void closeOutput() {
        if (output_ >= 0) {
            ::close(output_);
            output_ = -1;
        }
    }

    /// Waits for the end: the exit code, or minus the signal.
    int wait() {
        int status = 0;
        ::waitpid(process_, &status, 0);
        process_ = 0;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    /// All that is left of its output.
    std::string rest() const {
        std::string text;
        char c = 0;
        while (::read(output_, &c, 1) == 1) {
            text += c;
        }
        return text;
    }

private:
    pid_t process_ = 0;
    int output_ = -1;
};

/// Says to the parent that the part begins.
inline void sayReady() {
    if (::write(STDOUT_FILENO, "!", 1) != 1) {
        ::_exit(99);
    }
}

/// Hands a text to the parent.
inline void say(const std::string& text) {
    if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        ::_exit(99);
    }
}

/// The main function of a test program with parts for children.
inline int
mainWithParts(QObject& test, const std::map<std::string, ChildPart>& parts, int argc, char** argv) {
    if (argc == 4 && std::string_view(argv[1]) == "--part") {
        return parts.at(argv[2])(argv[3]);
    }
    QCoreApplication application(argc, argv);
    return QTest::qExec(&test, argc, argv);
}

} // namespace fragscope
