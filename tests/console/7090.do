# The 7090 at its console: a program, a breakpoint, a drum.
asm tests/console/sums.fap
break LOOP
run
assert xr1 00003
unbreak LOOP
run 1s
assert SUM 000000000006
assert ac 6
deposit 200 = CLA SUM
go 200
step
assert ac 6
save target/console-7090.state
deposit mq 000000000777
restore target/console-7090.state
assert mq 0
attach drum0 tests/console/drum0.txt
boot drum0
run 1s
assert xr1 00005
examine registers
