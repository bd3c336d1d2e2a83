"""The figures that every test of figures goes through, in the order they were made."""

from course_lib.figures import (
    CostCalculator,
    Equivariance,
    GateBoard,
    GradientFlow,
    NowcastViewer,
    SlidingKernel,
    TextPlayground,
    UnrolledRNN,
    WeightStack,
)

FIGURES = [
    UnrolledRNN,
    GateBoard,
    WeightStack,
    NowcastViewer,
    SlidingKernel,
    GradientFlow,
    TextPlayground,
    Equivariance,
    CostCalculator,
]
