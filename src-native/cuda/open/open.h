// The library for NVIDIA cards, opened at run time: the addon loads on every machine, with or without it.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "../../network.h"
#include "../library/library.h"

namespace w2s {

/** @throws std::runtime_error saying why it cannot be used. Stays open to the end of the process. */
const W2sCuda& openCuda(const std::string& path);

/** @throws DeviceFault saying why there is none. */
std::vector<W2sDevice> cudaDevices(const W2sCuda& library);

/** There or not: what the library finds of it. */
W2sDriver cudaDriver(const W2sCuda& library);

/** What makes the products of models that are given this file. */
W2sProducts cudaProducts(const W2sCuda& library, const std::string& products);

/** products: the file that keeps which kernel makes each product; '': our own make all. */
std::unique_ptr<Network> createCudaNetwork(const W2sCuda& library, const Spec& spec, const Options& options,
                                           const std::string& products);

}  // namespace w2s
