# Bytes moved for each byte given out, by load and design.
set datafile separator ","
set terminal svg size 800,480 font "sans-serif,14" background "white"
set output "images/segments-moved.svg"
set logscale y
set xrange [0.48:0.97]
set yrange [0.1:200]
set xlabel "load (bytes held at most / memory)"
set ylabel "bytes moved / bytes given out"
set key outside right top
set grid ytics
of(design) = sprintf("< awk -F, -v d='%s' '{l=$1; sub(/^[^,]*,/, \"\"); if (index($0, d \",\") == 1 || index($0, \"\\\"\" d \"\\\",\") == 1) {n=split($0, f, \",\"); print l \",\" f[n-7]}}' '%s/segments.csv'", design, folder)
plot of("quick-fit") using 1:2 with linespoints pt 5 title "quick-fit", \
     of("quick-fit, rounded") using 1:2 with linespoints pt 4 dt 2 title "quick-fit, rounded", \
     of("top") using 1:2 with linespoints pt 7 title "top", \
     of("top, background too") using 1:2 with linespoints pt 6 dt 2 title "top, background", \
     of("top, 10 % slack") using 1:2 with linespoints pt 9 title "top, 10 % slack", \
     of("top, only what is needed") using 1:2 with linespoints pt 8 dt 2 title "top, only needed", \
     x / (1 - x) with lines dt 3 lc "black" title "load / (1 - load)"
