# dtheta_warnings(TARGET): the warnings every target of this project is clean of.
# -Wno-restrict: g++ 12 warns of std::string's own operator+ (GCC bug 105651).
# -Wno-maybe-uninitialized: g++ 12 takes a std::string in a nested options struct that has a default
# for uninitialized while it unwinds (`Recipe recipe;`); clang and the sanitizers watch instead.
function(dtheta_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow
                         "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-maybe-uninitialized>"
                         $<$<BOOL:${DTHETA_WERROR}>:-Werror>)
endfunction()
