/// Runs code once for each vector instruction set that this CPU has.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

namespace dtheta {

/// Calls f() with the library's vector kernels held to one instruction set after the other, best
/// first. For one thread at a time.
template <class F>
void for_each_instruction_set(F f) {
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    f();
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace dtheta
