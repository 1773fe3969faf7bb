#include "dtheta/data/digit_strokes.hpp"

#include <array>
#include <cstddef>

namespace dtheta {
namespace {

/// A place that a stroke passes; at a corner the pen changes direction, elsewhere it curves.
struct Knot {
  double x;
  double y;
  bool is_corner = false;
};
using KnotStroke = std::vector<Knot>;
using Style = std::vector<KnotStroke>;

constexpr bool corner = true;

/// The styles of each digit; every style of a digit is equally likely.
const std::array<std::vector<Style>, 10>& digit_styles() {
  // clang-format off
  static const std::array<std::vector<Style>, 10> styles{{
      // 0: from the top, from the right with the ends crossing, open at the top
      {{{{.55, .00}, {.16, .20}, {.04, .55}, {.24, .94}, {.62, .98}, {.94, .62}, {.86, .18}, {.50, .00}}},
       {{{.80, .06}, {.40, .02}, {.06, .35}, {.10, .80}, {.48, 1.0}, {.88, .75}, {.92, .30}, {.62, .00}, {.40, .10}}},
       {{{.38, .02}, {.08, .30}, {.08, .72}, {.46, 1.0}, {.86, .76}, {.92, .32}, {.58, .00}}}},
      // 1: a bar, with a flag, with flag and base
      {{{{.50, .00}, {.51, .50}, {.50, 1.0}}},
       {{{.26, .24}, {.54, .00, corner}, {.53, .50}, {.52, 1.0}}},
       {{{.24, .26}, {.52, .00, corner}, {.51, .50}, {.51, .99}}, {{.18, 1.0}, {.50, .99}, {.84, 1.0}}}},
      // 2: with a corner, with a loop, with a curved base
      {{{{.08, .26}, {.24, .05}, {.60, .00}, {.86, .22}, {.70, .54}, {.08, .98, corner}, {.50, .96}, {.95, .98}}},
       {{{.10, .20}, {.38, .00}, {.76, .08}, {.80, .38}, {.48, .78}, {.16, .97}, {.05, .86}, {.24, .76}, {.58, .94}, {.96, .88}}},
       {{{.14, .10}, {.52, .00}, {.82, .16}, {.74, .46}, {.36, .78}, {.10, .96, corner}, {.40, .88}, {.66, .98}, {.94, .90}}}},
      // 3: two bowls, a flat top, a small loop in the middle
      {{{{.10, .14}, {.44, .00}, {.80, .14}, {.70, .38}, {.38, .47, corner}, {.78, .57}, {.90, .80}, {.50, 1.0}, {.06, .86}}},
       {{{.10, .03}, {.46, .02}, {.86, .03, corner}, {.40, .42, corner}, {.80, .54}, {.88, .82}, {.48, 1.0}, {.06, .90}}},
       {{{.12, .10}, {.50, .00}, {.78, .18}, {.54, .44}, {.34, .50}, {.44, .42}, {.80, .58}, {.86, .84}, {.44, 1.0}, {.06, .88}}}},
      // 4: open, closed in two strokes, closed in one
      {{{{.22, .00}, {.14, .34}, {.08, .60, corner}, {.50, .59}, {.96, .57}}, {{.74, .06}, {.70, .50}, {.68, 1.0}}},
       {{{.64, .00}, {.34, .34}, {.04, .66, corner}, {.50, .65}, {.98, .64}}, {{.66, .00}, {.66, .50}, {.65, 1.0}}},
       {{{.94, .62}, {.50, .64}, {.06, .65, corner}, {.36, .32}, {.70, .00, corner}, {.68, .50}, {.64, 1.0}}}},
      // 5: in one stroke, with the top bar apart, rounded
      {{{{.86, .02}, {.54, .02}, {.24, .04, corner}, {.18, .44, corner}, {.58, .38}, {.92, .66}, {.66, .96}, {.34, 1.0}, {.04, .88}}},
       {{{.22, .06}, {.18, .46, corner}, {.60, .42}, {.90, .68}, {.68, .95}, {.36, 1.0}, {.06, .92}}, {{.24, .03}, {.56, .02}, {.92, .00}}},
       {{{.90, .00}, {.50, .03}, {.28, .12}, {.20, .42, corner}, {.54, .36}, {.86, .56}, {.80, .86}, {.44, 1.0}, {.06, .94}}}},
      // 6: a curved back, a straight back, a small belly
      {{{{.76, .02}, {.40, .18}, {.12, .56}, {.18, .90}, {.54, 1.0}, {.88, .80}, {.76, .54}, {.44, .52}, {.14, .76}}},
       {{{.62, .00}, {.38, .30}, {.16, .64}, {.22, .94}, {.58, 1.0}, {.86, .78}, {.68, .56}, {.36, .60}, {.18, .80}}},
       {{{.48, .00}, {.20, .36}, {.08, .74}, {.30, .99}, {.66, .94}, {.80, .72}, {.52, .60}, {.16, .76}}}},
      // 7: plain, with a bar, with a serif
      {{{{.06, .05}, {.48, .04}, {.92, .03, corner}, {.62, .50}, {.36, 1.0}}},
       {{{.04, .06}, {.46, .03}, {.90, .03, corner}, {.62, .48}, {.40, 1.0}}, {{.26, .52}, {.54, .50}, {.84, .47}}},
       {{{.06, .24}, {.08, .04, corner}, {.48, .05}, {.94, .03, corner}, {.70, .40}, {.50, 1.0}}}},
      // 8: one stroke from the top right, two circles, one stroke from the middle
      {{{{.78, .14}, {.48, .00}, {.20, .16}, {.36, .40}, {.68, .58}, {.86, .82}, {.48, 1.0}, {.12, .82}, {.32, .58}, {.66, .38}, {.80, .16}, {.64, .02}}},
       {{{.52, .00}, {.22, .12}, {.26, .38}, {.54, .47}, {.80, .34}, {.76, .10}, {.46, .00}}, {{.52, .47}, {.14, .60}, {.14, .88}, {.50, 1.0}, {.88, .88}, {.86, .60}, {.48, .47}}},
       {{{.50, .48}, {.20, .26}, {.46, .00}, {.80, .22}, {.52, .48}, {.14, .72}, {.42, 1.0}, {.84, .80}, {.50, .46}}}},
      // 9: a straight tail, a curved tail, a tail with a hook
      {{{{.84, .16}, {.50, .00}, {.14, .20}, {.26, .48}, {.62, .46}, {.86, .14, corner}, {.82, .55}, {.76, 1.0}}},
       {{{.80, .20}, {.46, .00}, {.12, .24}, {.36, .50}, {.74, .36}, {.84, .14}, {.84, .50}, {.70, .82}, {.50, 1.0}}},
       {{{.82, .18}, {.52, .00}, {.16, .18}, {.30, .48}, {.68, .42}, {.84, .18, corner}, {.86, .60}, {.70, .94}, {.40, 1.0}, {.14, .88}}}},
  }};
  // clang-format on
  return styles;
}

/// In (−size, size), near 0 most often: the sum of two uniform numbers. Unlike a normal number it
/// needs no logarithm, whose last bit is not the same on every machine.
double around_zero(double size, Philox& random) {
  return size * (random.uniform() + random.uniform() - 1);
}

/// A point between b and c of the curve through a, b, c, d at t in [0, 1] (Catmull and Rom, 1974).
double between(double a, double b, double c, double d, double t) {
  return 0.5 * (2 * b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))));
}

/// The smooth curve through the knots, as short straight pieces.
Stroke curve_through(const KnotStroke& knots) {
  constexpr int pieces = 5;  // between two knots
  const auto is_end = [&](std::size_t i) {
    return i == 0 || i + 1 == knots.size() || knots[i].is_corner;
  };
  Stroke stroke{{knots[0].x, knots[0].y}};
  for (std::size_t i = 0; i + 1 < knots.size(); ++i) {
    const Knot& b = knots[i];
    const Knot& c = knots[i + 1];
    // At an end the curve leaves towards the next knot.
    const Knot& a = is_end(i) ? b : knots[i - 1];
    const Knot& d = is_end(i + 1) ? c : knots[i + 2];
    for (int piece = 1; piece <= pieces; ++piece) {
      const double t = static_cast<double>(piece) / pieces;
      stroke.push_back({between(a.x, b.x, c.x, d.x, t), between(a.y, b.y, c.y, d.y, t)});
    }
  }
  return stroke;
}

}  // namespace

std::vector<Stroke> draw_digit(int digit, Philox& random) {
  constexpr double knot_jitter = 0.08;    // each knot
  constexpr double stroke_jitter = 0.04;  // a stroke as a whole
  const std::vector<Style>& styles = digit_styles()[static_cast<std::size_t>(digit)];
  const auto chosen = static_cast<std::size_t>(random.below(static_cast<Size>(styles.size())));
  std::vector<Stroke> strokes;
  for (KnotStroke knots : styles[chosen]) {
    const Point shift{around_zero(stroke_jitter, random), around_zero(stroke_jitter, random)};
    for (Knot& knot : knots) {
      knot.x += shift.x + around_zero(knot_jitter, random);
      knot.y += shift.y + around_zero(knot_jitter, random);
    }
    strokes.push_back(curve_through(knots));
  }
  return strokes;
}

}  // namespace dtheta
