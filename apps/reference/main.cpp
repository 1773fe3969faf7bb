// Runs layers, losses and trainings on numbers that it is given, for scripts/check_pytorch.py.
#include <exception>
#include <iostream>

#include "exchange.hpp"
#include "tasks.hpp"

int main() {
  using namespace dtheta::reference;
  std::ios::sync_with_stdio(false);
  try {
    for (Message request; read_message(std::cin, request);) {
      Message reply;
      try {
        reply = answer(request);
      } catch (const std::exception& error) {
        reply.settings["error"] = error.what();
      }
      write_message(std::cout, reply);
    }
  } catch (const std::exception& error) {
    std::cerr << "reference: " << error.what() << '\n';
    return 1;
  }
}
