# What sqlite3 has in use, and what three allocators take for it; below, what Compact-fit has free in blocks, and its bound.
set datafile separator ","
set terminal svg size 900,640 font "sans-serif,14" background "white"
set output "images/compact-fit-peak.svg"
of(allocator) = sprintf("< grep '^[^,]*,%s,' '%s/series.csv'", allocator, folder)
set multiplot
set lmargin 9
set rmargin 25
set key outside right top
set grid ytics
set xrange [0:190]
set yrange [0:*]
set ylabel "MB"
set size 1, 0.6
set origin 0, 0.4
set format x ""
plot of("tlsf") using ($3/1e3):($5/1e6) with lines lw 4 lc rgb "gray70" title "in use", \
     of("compact-fit") using ($3/1e3):($6/1e6) with lines lw 2 title "Compact-fit, k = 1", \
     of("tlsf") using ($3/1e3):($6/1e6) with lines lw 2 dt 2 title "TLSF", \
     of("dlmalloc") using ($3/1e3):($6/1e6) with lines lw 2 dt 3 title "dlmalloc"
set size 1, 0.4
set origin 0, 0
set format x "%g"
set xlabel "operations, thousands"
set ylabel "kB"
set key outside right top
plot of("compact-fit") using ($3/1e3):($19/1e3) with lines lw 2 lc 1 title "free in blocks", \
     of("compact-fit") using ($3/1e3):($20/1e3) with lines lw 2 lc 1 dt 2 title "its bound"
unset multiplot
