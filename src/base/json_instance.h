// The template of Json is instantiated once, in json_instance.cc, and not in each file that uses it: a sixth of the time of a
// clean build. The precompiled headers include this; without them (LEANLAB_PCH=OFF) each file makes its own, and all works alike.
#pragma once

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<nlohmann::ordered_map>;
