// measuring: one of the judge's two translation units. Two, so that both cores build it; not one a file, because each
// would read the same headers again.
#include "bench.cc"
#include "check.cc"
#include "main.cc"
