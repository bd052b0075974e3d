# Worst case of malloc and free, by the number of live blocks.
set datafile separator ","
set terminal svg size 900,480 font "sans-serif,14" background "white"
set output "images/worst-references.svg"
unset logscale
set logscale xy 10
set xrange [8:130000]
set yrange [1:200000]
set ytics autofreq
set xlabel "live blocks, 16 to 512 bytes each"
set ylabel "references to memory, worst case"
set key outside right top
set grid ytics
of(allocator, operation) = sprintf("< grep '^%s,%s,live_blocks,' '%s/references.csv'", allocator, operation, folder)
plot of("sequential-fit", "malloc") using 4:6 with linespoints pt 5 title "first fit, malloc", \
     of("sequential-fit:policy=best", "malloc") using 4:6 with linespoints pt 7 title "best fit, malloc", \
     of("sliding", "free") using 4:6 with linespoints pt 9 title "sliding, free", \
     of("tlsf", "malloc") using 4:6 with linespoints pt 4 title "tlsf, malloc", \
     of("compact-fit", "malloc") using 4:6 with linespoints pt 6 title "Compact-fit, malloc", \
     of("compact-fit", "free") using 4:6 with linespoints pt 8 title "Compact-fit, free"
