# Entries compared and moved for each request, by the number of areas.
set datafile separator ","
set terminal svg size 800,480 font "sans-serif,14" background "white"
set output "images/segments-areas.svg"
unset logscale y
set logscale x 2
set xrange [60:4500]
set yrange [0:*]
set xlabel "areas in the array"
set ylabel "entries for each request"
set key outside right top
set grid ytics
of(join) = sprintf("< grep '^%s,' '%s/areas.csv'", join, folder)
plot of("at-free") using 5:($6/$8) with linespoints pt 7 title "compared", \
     of("at-free") using 5:($7/$8) with linespoints pt 5 title "moved, joined at free", \
     of("on-failure") using 5:($7/$8) with linespoints pt 9 dt 2 title "moved, joined on failure", \
     of("never") using 5:($7/$8) with linespoints pt 4 dt 3 title "moved, never joined"
