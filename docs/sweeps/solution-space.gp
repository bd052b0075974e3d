# Each allocator by its measured variation in time and in space: the solution space of the slides.
set datafile separator ","
set terminal svg size 900,560 font "sans-serif,14" background "white"
set output "images/solution-space.svg"
table = folder . "/solution_space.csv"
unset logscale
set logscale x 10
set nonlinear y via sqrt(y) inverse y**2
set xrange [0.8:120]
set yrange [0:20]
set ytics (0, 1, 2, 3, 5, 10, 15)
set xlabel "time: largest / median worst case"
set ylabel "space: spread of further requests, %"
set key outside right top
set grid xtics ytics
stats table using 0 every ::1 nooutput
rows = int(STATS_records)
name(i) = system(sprintf("awk -F, 'NR == %d { print $1 }' '%s'", i + 1, table))
plot for [i = 1:rows] table using 2:($3 * 100) every ::i::i with points pt i ps 2.4 - 0.06 * i lw 2 title name(i)
unset nonlinear y
