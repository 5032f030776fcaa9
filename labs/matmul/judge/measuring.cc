// measuring: the judge as one translation unit, because each of its files would read the same headers again.
#include "bench.cc"
#include "check.cc"
#include "main.cc"
