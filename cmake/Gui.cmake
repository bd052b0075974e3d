# What the window needs: Qt 6 and QCustomPlot, the latter as the target fragscope::qcustomplot.
# QCustomPlot is looked for in three ways: its CMake package (Debian), a header and a library anywhere in
# the search path, and last FRAGSCOPE_QCUSTOMPLOT_DIR, a folder with qcustomplot.h and qcustomplot.cpp.
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets PrintSupport)

set(FRAGSCOPE_QCUSTOMPLOT_DIR "" CACHE PATH "Folder of qcustomplot.h and qcustomplot.cpp to compile in")

function(fragscope_find_qcustomplot)
    if(FRAGSCOPE_QCUSTOMPLOT_DIR)
        add_library(fragscope_qcustomplot STATIC
                    "${FRAGSCOPE_QCUSTOMPLOT_DIR}/qcustomplot.h" "${FRAGSCOPE_QCUSTOMPLOT_DIR}/qcustomplot.cpp")
        set_target_properties(fragscope_qcustomplot PROPERTIES AUTOMOC ON)
        target_compile_options(fragscope_qcustomplot PRIVATE -w)
        target_include_directories(fragscope_qcustomplot SYSTEM PUBLIC "${FRAGSCOPE_QCUSTOMPLOT_DIR}")
        target_link_libraries(fragscope_qcustomplot PUBLIC Qt6::Widgets Qt6::PrintSupport)
        add_library(fragscope::qcustomplot ALIAS fragscope_qcustomplot)
        return()
    endif()
    # No version is asked for: the package has no version file.
    find_package(QCustomPlotQt6 QUIET)
    add_library(fragscope_qcustomplot INTERFACE)
    add_library(fragscope::qcustomplot ALIAS fragscope_qcustomplot)
    if(TARGET QCustomPlotQt6::QCustomPlotQt6)
        target_link_libraries(fragscope_qcustomplot INTERFACE QCustomPlotQt6::QCustomPlotQt6)
        return()
    endif()
    find_path(QCUSTOMPLOT_INCLUDE_DIR qcustomplot.h)
    find_library(QCUSTOMPLOT_LIBRARY NAMES qcustomplot-qt6 QCustomPlotQt6 qcustomplot-2-qt6)
    if(NOT QCUSTOMPLOT_INCLUDE_DIR OR NOT QCUSTOMPLOT_LIBRARY)
        message(FATAL_ERROR "QCustomPlot for Qt 6 was not found. Debian: apt install libqcustomplot-dev. "
                            "Elsewhere: -DFRAGSCOPE_QCUSTOMPLOT_DIR=<folder of qcustomplot.cpp>, "
                            "or -DFRAGSCOPE_GUI=OFF to build without the window.")
    endif()
    target_include_directories(fragscope_qcustomplot SYSTEM INTERFACE "${QCUSTOMPLOT_INCLUDE_DIR}")
    target_link_libraries(fragscope_qcustomplot INTERFACE "${QCUSTOMPLOT_LIBRARY}" Qt6::Widgets Qt6::PrintSupport)
endfunction()

fragscope_find_qcustomplot()
