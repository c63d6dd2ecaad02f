// Writes a message and reads it again: the generated code links without the client.
#include <cstdio>

#include "citylayers/layers/v1/layers.pb.h"

int main() {
  citylayers::layers::v1::Layer layer;
  layer.set_name("layers/traffic");
  citylayers::layers::v1::Layer read;
  if (!read.ParseFromString(layer.SerializeAsString()) || read.name() != layer.name()) return 1;
  std::printf("%s\n", read.name().c_str());
  return 0;
}
