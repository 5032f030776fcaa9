// failure: why an experiment gets no score. Thrown anywhere in the judge, printed once in main.
#pragma once

#include <string>

struct Failure {
  std::string why;
};
