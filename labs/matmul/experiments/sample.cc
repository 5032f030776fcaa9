// A blocked product with small blocks: plain, correct, and far from what the machine can do.
/* flags: -O2 */  // tune: {-O2, -O3, -O2 -march=native, -O3 -march=native, -O3 -march=native -mprefer-vector-width=512, -Ofast -march=native -mprefer-vector-width=512}

enum class Order { rows_first, columns_first };

// A tile is k_rows x k_columns entries of c whose sums are kept in registers, if they are few enough. It is
// written back after k_depth steps along k, k_unroll of them at once. k_order says how the tiles follow each other; with
// k_pack a strip of b is copied first, so that a tile reads it in one run (which pays only down a column of tiles).
constexpr int k_rows = 2;                     // tune: 1..12 int
constexpr int k_columns = 8;                  // tune: {4, 8, 16, 32, 64}
constexpr int k_depth = 16;                   // tune: 16..512 int log
constexpr int k_unroll = 1;                   // tune: {1, 2, 4, 8}
constexpr bool k_pack = false;                // tune: bool if k_order=Order::columns_first
constexpr Order k_order = Order::rows_first;  // tune: {Order::rows_first, Order::columns_first}

namespace {

int smaller(int x, int y) {
  return x < y ? x : y;
}

// What stays the same for one slice of k: `depth` steps from step `first` on.
struct Slice {
  int m, n, k, first, depth;
  const float *a, *b;
  float* c;
};

// c[rows x columns] += a * b at row i, column j: the tiles that reach over the right or the lower edge.
void edge(const Slice& s, int i, int j) {
  int rows = smaller(k_rows, s.m - i), columns = smaller(k_columns, s.n - j);
  for (int y = i; y < i + rows; ++y)
    for (int p = s.first; p < s.first + s.depth; ++p)
      for (int x = j; x < j + columns; ++x) s.c[y * s.n + x] += s.a[y * s.k + p] * s.b[p * s.n + x];
}

// The same for a whole tile; `b` is the strip's first entry, `stride` from one step to the next.
void whole(const Slice& s, int i, int j, const float* b, int stride) {
  const float* a = s.a + i * s.k + s.first;
  float* c = s.c + i * s.n + j;
  float sum[k_rows][k_columns] = {};
#pragma GCC unroll k_unroll
  for (int p = 0; p < s.depth; ++p)
    for (int y = 0; y < k_rows; ++y)
      for (int x = 0; x < k_columns; ++x) sum[y][x] += a[y * s.k + p] * b[p * stride + x];
  for (int y = 0; y < k_rows; ++y)
    for (int x = 0; x < k_columns; ++x) c[y * s.n + x] += sum[y][x];
}

void tile(const Slice& s, int i, int j, const float* b, int stride) {
  if (i + k_rows <= s.m && j + k_columns <= s.n)
    whole(s, i, j, b, stride);
  else
    edge(s, i, j);
}

void rows_first(const Slice& s) {
  for (int i = 0; i < s.m; i += k_rows)
    for (int j = 0; j < s.n; j += k_columns) tile(s, i, j, s.b + s.first * s.n + j, s.n);
}

void columns_first(const Slice& s) {
  alignas(64) static float strip[k_depth * k_columns];
  for (int j = 0; j < s.n; j += k_columns) {
    const float* b = s.b + s.first * s.n + j;
    int stride = s.n;
    if (k_pack && j + k_columns <= s.n) {
      for (int p = 0; p < s.depth; ++p)
        for (int x = 0; x < k_columns; ++x) strip[p * k_columns + x] = b[p * s.n + x];
      b = strip;
      stride = k_columns;
    }
    for (int i = 0; i < s.m; i += k_rows) tile(s, i, j, b, stride);
  }
}

}  // namespace

extern "C" void matmul(int m, int n, int k, const float* a, const float* b, float* c) {
  for (int i = 0; i < m * n; ++i) c[i] = 0;
  for (int first = 0; first < k; first += k_depth) {
    Slice slice{m, n, k, first, smaller(k_depth, k - first), a, b, c};
    k_order == Order::rows_first ? rows_first(slice) : columns_first(slice);
  }
}
