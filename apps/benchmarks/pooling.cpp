#include <array>

#include <fmt/format.h>

#include "dtheta/math/pool.hpp"
#include "kernels.hpp"

namespace dtheta::benchmarks {
namespace {

constexpr Size m = 8;  // samples

/// x {m, side, side, channels} in windows of 2x2.
struct Pooling {
  Pooling(Size side, Size channels)
      : windows(slide({side, side, channels}, {2, 2}, {2, 2}, Padding::valid)),
        x_shape{m, side, side, channels},
        y_shape{m, windows.vertical.output, windows.horizontal.output, channels},
        x(random_numbers(x_shape.size())),
        y(random_numbers(y_shape.size())),
        dx(x_shape.size()) {
    max_pool<float>(x.view(x_shape), windows, y.view(y_shape));
  }

  Size bytes() const { return (x.size() + y.size()) * static_cast<Size>(sizeof(float)); }

  Windows windows;
  Shape x_shape, y_shape;
  AlignedBuffer<float> x, y, dx;
};

}  // namespace

void register_pooling() {
  for (const auto& [side, channels] :
       {std::array<Size, 2>{24, 6}, {8, 16}, {24, 64}, {32, 32}, {8, 128}}) {
    const std::string shape = fmt::format("{0}x{0}x{1}", side, channels);
    const auto add_pooling = [&, side = side, channels = channels](const char* name, auto work) {
      add(fmt::format("{}/{}", name, shape), [=](benchmark::State& state) {
        Pooling p(side, channels);
        run_moving(state, p.bytes(), [&] { work(p); });
      });
    };
    add_pooling("max_pool/forward", [](Pooling& p) {
      max_pool<float>(p.x.view(p.x_shape), p.windows, p.y.view(p.y_shape));
    });
    add_pooling("max_pool/backward", [](Pooling& p) {
      max_pool_backward<float>(p.x.view(p.x_shape), p.y.view(p.y_shape), p.y.view(p.y_shape),
                               p.windows, p.dx.view(p.x_shape));
    });
    add_pooling("average_pool/forward", [](Pooling& p) {
      average_pool<float>(p.x.view(p.x_shape), p.windows, p.y.view(p.y_shape));
    });
    add_pooling("average_pool/backward", [](Pooling& p) {
      average_pool_backward<float>(p.y.view(p.y_shape), p.windows, p.dx.view(p.x_shape));
    });
  }
}

}  // namespace dtheta::benchmarks
