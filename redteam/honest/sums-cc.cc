// honest: sums-cc
// shows: C++ with the standard library
// must: unmoved
// lab: programs
// needs: g++
#include <iostream>
#include <numeric>
#include <vector>

int main() {
  long n = 0;
  std::cin >> n;
  std::vector<long> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 1);
  std::cout << std::accumulate(numbers.begin(), numbers.end(), 0L) << '\n';
}
