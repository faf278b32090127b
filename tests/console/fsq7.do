# The AN/FSQ-7 at its console: a program from cards of the assembler, a drum, a printer.
asm tests/console/sums.fsq
examine START 3
break LOOP
run
assert pc 0.00102
assert x1 000002
unbreak LOOP
run 1s
assert SUM 000006 177771
assert pc 0.00111
print the sum is right
# The same from the third pass on, from a snapshot.
go START
break LOOP
run
run
run
save target/console-fsq7.state
unbreak LOOP
deposit SUM 000000 000000
restore target/console-fsq7.state
run
assert SUM 000006 177771
# A program loaded from a drum.
attach ama1 tests/console/ama1.txt
boot ama1
run
assert x2 000007
examine registers
# By hand.
deposit 0.01000 = CAD 2.00000
deposit 0.01001 000000 000000
deposit 2.00000 012345 165432
go 0.01000
step
assert ac 012345 165432
