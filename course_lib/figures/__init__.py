"""Interactive figures: live in JupyterLab, in a static page without a kernel, still on paper.

Each figure is one Python file (the numbers, by torch, and the still picture) and one JavaScript
file (the drawing, and the same arithmetic for the page without a kernel).
"""

from course_lib.figures.cost_calculator import CostCalculator
from course_lib.figures.equivariance import Equivariance
from course_lib.figures.gate_board import GateBoard
from course_lib.figures.gradient_flow import GradientFlow
from course_lib.figures.nowcast_viewer import NowcastViewer
from course_lib.figures.sliding_kernel import SlidingKernel
from course_lib.figures.text_playground import TextPlayground
from course_lib.figures.unrolled_rnn import UnrolledRNN
from course_lib.figures.weight_stack import WeightStack

__all__ = [
    "CostCalculator",
    "Equivariance",
    "GateBoard",
    "GradientFlow",
    "NowcastViewer",
    "SlidingKernel",
    "TextPlayground",
    "UnrolledRNN",
    "WeightStack",
]
