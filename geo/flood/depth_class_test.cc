#include "geo/flood/depth_class.h"

#include <cmath>

#include "gtest/gtest.h"

namespace citylayers::geo {
namespace {

TEST(DepthClass, AStepBelongsToTheDeeperClass) {
  EXPECT_EQ(DepthClassOf(0), DepthClass::kDry);
  EXPECT_EQ(DepthClassOf(0.0999f), DepthClass::kDry);
  EXPECT_EQ(DepthClassOf(0.10f), DepthClass::kPonding);
  EXPECT_EQ(DepthClassOf(0.20f), DepthClass::kShallow);
  EXPECT_EQ(DepthClassOf(0.30f), DepthClass::kFlooded);
  EXPECT_EQ(DepthClassOf(0.4999f), DepthClass::kFlooded);
  EXPECT_EQ(DepthClassOf(0.50f), DepthClass::kDeep);
  EXPECT_EQ(DepthClassOf(INFINITY), DepthClass::kDeep);
  EXPECT_EQ(DepthClassOf(NAN), DepthClass::kUnknown);
}

TEST(DepthClass, WholeCentimetresMeetEachStepExactly) {
  EXPECT_EQ(DepthClassOfCm(0), DepthClass::kDry);
  for (const DepthClassInfo& wet : kWetClasses) {
    EXPECT_EQ(DepthClassOfCm(wet.from_cm), wet.depth_class) << wet.from_cm;
    EXPECT_LT(DepthClassOfCm(wet.from_cm - 1), wet.depth_class) << wet.from_cm;
  }
  for (int cm = 0; cm <= 100; ++cm) {
    EXPECT_EQ(DepthClassOfCm(cm), DepthClassOf(static_cast<float>(cm) / 100)) << cm;
  }
}

TEST(DepthClass, TheTableIsIndexedByTheWireNumbers) {
  for (std::size_t i = 0; i < kDepthClasses.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kDepthClasses[i].depth_class), i);
  }
  EXPECT_EQ(kWetClasses.front().depth_class, DepthClass::kPonding);
  EXPECT_EQ(kWetClasses.back().depth_class, DepthClass::kDeep);
  EXPECT_EQ(InfoOf(static_cast<DepthClass>(99)).depth_class, DepthClass::kUnknown);
}

TEST(DepthClass, NamesInBothLanguages) {
  EXPECT_EQ(InfoOf(DepthClass::kPonding).id, "ponding");
  EXPECT_EQ(InfoOf(DepthClass::kDeep).name_vi, "ngập sâu");
  EXPECT_EQ(InfoOf(DepthClass::kShallow).name_en, "shallow");
}

}  // namespace
}  // namespace citylayers::geo
