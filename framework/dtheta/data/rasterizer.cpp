#include "dtheta/data/rasterizer.hpp"

#include <algorithm>
#include <cmath>

namespace dtheta {
namespace {

/// Pixels from first to last, both included; none when last < first.
struct Run {
  Size first;
  Size last;
};

/// The pixels of an axis of `extent` within `reach` of the interval between a and b.
Run pixels_near(double a, double b, double reach, Size extent) {
  const double first = std::ceil(std::min(a, b) - reach);
  const double last = std::floor(std::max(a, b) + reach);
  const auto end = static_cast<double>(extent);
  return {static_cast<Size>(std::clamp(first, 0.0, end)),
          static_cast<Size>(std::clamp(last, -1.0, end - 1))};
}

/// One straight piece; radii at its two ends.
void draw_segment(Point a, Point b, double radius_a, double radius_b, const Pen& pen,
                  View<double> canvas) {
  const double reach = std::max(radius_a, radius_b) + pen.softness / 2;
  const Run rows = pixels_near(a.y, b.y, reach, canvas.dim(0));
  const Run columns = pixels_near(a.x, b.x, reach, canvas.dim(1));
  const Point along{b.x - a.x, b.y - a.y};
  const double squared_length = along.x * along.x + along.y * along.y;
  for (Size row = rows.first; row <= rows.last; ++row) {
    for (Size column = columns.first; column <= columns.last; ++column) {
      const Point from_a{static_cast<double>(column) - a.x, static_cast<double>(row) - a.y};
      const double projection = from_a.x * along.x + from_a.y * along.y;
      const double t = squared_length > 0 ? std::clamp(projection / squared_length, 0.0, 1.0) : 0.0;
      const Point gap{from_a.x - t * along.x, from_a.y - t * along.y};
      const double distance = std::sqrt(gap.x * gap.x + gap.y * gap.y);
      const double radius = radius_a + t * (radius_b - radius_a);
      const double cover = std::clamp((radius - distance) / pen.softness + 0.5, 0.0, 1.0);
      double& pixel = canvas[row * canvas.dim(1) + column];
      pixel = std::max(pixel, cover * pen.ink);
    }
  }
}

}  // namespace

void draw_line(std::span<const Point> points, const Pen& pen, View<double> canvas) {
  if (points.size() == 1) {
    draw_segment(points[0], points[0], pen.begin_radius, pen.begin_radius, pen, canvas);
  }
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double pieces = static_cast<double>(points.size() - 1);
    const auto radius_at = [&](std::size_t point) {
      const double t = static_cast<double>(point) / pieces;
      return pen.begin_radius + t * (pen.end_radius - pen.begin_radius);
    };
    draw_segment(points[i], points[i + 1], radius_at(i), radius_at(i + 1), pen, canvas);
  }
}

}  // namespace dtheta
