"""Names that an exercise does not allow, and names behind which anything can hide."""

import re

from course_lib.exercises.finished_work import AUTOGRAD, CLIPPING

# Of the course, a notebook may use what its release imports; nothing else is for answers.
OF_THE_COURSE = frozenset(
    {f"course_lib.grading.{name}" for name in ("check", "progress", "start")} | {"course_lib.data"}
)

_ANY_KIND = "^mkldnn_rnn_layer$|^_?(cudnn|miopen)_rnn"  # kernels of all recurrent layers
# What a forbidden name stands for: the same work under torch's other names.
FAMILIES: tuple[tuple[frozenset[str], re.Pattern], ...] = (
    (frozenset({"lstm", "LSTM"}), re.compile(f"lstm|{_ANY_KIND}", re.I)),
    (frozenset({"gru", "GRU"}), re.compile(f"gru|{_ANY_KIND}", re.I)),
    (
        frozenset({"rnn_tanh", "RNN"}),
        re.compile(f"^RNN|^rnn_(tanh|relu)|^quantized_rnn|{_ANY_KIND}"),
    ),
    (
        frozenset({"conv1d", "conv2d"}),
        re.compile(
            r"conv(_?transpose|_depthwise)?\d?d|convolution|^conv_tbc$|^_?(im2col|col2im)$", re.I
        ),
    ),
    (frozenset({"linear"}), re.compile("linear", re.I)),
    (
        frozenset({"backward"}),
        re.compile(
            "^_?(run_backward|engine_run_backward|execution_engine|EngineBase|ImperativeEngine"
            "|jacobian|hessian|vhp|hvp|vjp|jvp|jacrev|jacfwd|grad_and_value|linearize|forward_ad"
            "|make_dual|gradcheck|gradgradcheck|grad|backward)$"
        ),
    ),
    (
        frozenset({"clip_grad_norm_"}),
        re.compile("^_?(clip_grad_norm_?|clip_grads_with_norm_|get_total_norm)$"),
    ),
)  # fmt: skip
# The same on a tensor whatever it is called: its history computes gradients.
OF_A_TENSOR = {"backward": "backward", "grad_fn": "backward", "next_functions": "backward"}

# Private names of torch that honest code is known to use.
HARMLESS_PRIVATE = frozenset(
    [
        "_pair",
        "_single",
        "_triple",
        "_quadruple",
        "_ntuple",
        "_reverse_repeat_tuple",
        "_assert",
        "_LRScheduler",
        "_Loss",
        "_calculate_fan_in_and_fan_out",
        "_no_grad_uniform_",
        "_no_grad_normal_",
        "_version",
        "_parameters",
        "_buffers",
        "_modules",
        "__version__",
        "__name__",
        "__doc__",
        "__file__",
        "__init__",
        "__call__",
        "__class__",
        "__annotations__",
        "__len__",
        "__setattr__",
        "__all__",
        "__qualname__",
    ]
)
# Public ones that bring code from elsewhere: only where an answer reaches them.
FROM_ELSEWHERE = ("torch.load", "torch.onnx", "torch.fx", "torch.export", "torch.serialization")

# Anywhere in a notebook these can change or hide what the code after them does.
HIDING = re.compile(
    r"""
    (importlib(?!\.(metadata(\.version|\.PackageNotFoundError)?$|resources))
     | builtins | ctypes | _ctypes | cffi | imp | runpy
     | pkgutil | code | codeop | marshal | dill | cloudpickle | zipimport | unittest\.mock | mock
     | copyreg | _pickle | shelve | jinja2 | _thread | ipykernel | _testcapi | _testinternalcapi
     | IPython(?!\.display(\.|$)) | nbgrader | jupyter_client
     | gc\.(get_objects|get_referrers|get_referents)
     | sys\.(modules|path|path_importer_cache
             |_getframe|_getframemodulename|_current_frames|_current_exceptions|settrace
             |setprofile|meta_path|path_hooks|displayhook|__displayhook__|addaudithook|monitoring)
     | threading\.(settrace|setprofile) | pydoc\.(locate|importfile|safeimport|resolve)
     | inspect\.(currentframe|stack|trace|getmodule|getouterframes|getinnerframes|getclosurevars
                 |getmembers|getattr_static|modulesbyfile|sys|builtins|importlib|types|ast)
     | pickle\.(load|loads|Unpickler|_.*) | joblib\.load | pandas\.(read_pickle|eval)
     | test | idlelib | lib2to3 | turtledemo | __main__ | asyncio\.__main__
     | timeit\.(main|template) | (cProfile|profile)\.(Profile|main|_.*)
     | torch\.utils\.(bottleneck | benchmark\.(utils | examples | op_fuzzers))
     | bdb | trace | rlcompleter | site | pip | setuptools | distutils | pkg_resources
     | pdb\.(run|runeval|runctx|runcall|Pdb|main|bdb) | functools\.singledispatch.*
     | unittest\.(loader|main|case|TestProgram|TestLoader|defaultTestLoader|findTestCases
                 |makeSuite)
     | (torch\.)?multiprocessing(?!\.cpu_count$)
     | numpy\.(testing\.(runstring|rundocs|measure|_private) | f2py | distutils | ctypeslib
               |lib\.(npyio|format))
     | matplotlib\.(sphinxext|testing)
     | types\.(FunctionType|LambdaType|CodeType|ModuleType)
     | typing\.(get_type_hints|ForwardRef|_.*)
     | sympy\.(sympify|lambdify|parsing|S|parse_expr) | doctest | logging\.config
     | torch\.(hub|package|library|overrides|classes|_C|_ops|_library|_dispatch|_custom_ops)
     | torch\.utils\.(cpp_extension|model_zoo|_python_dispatch|dlpack\._.*)
     | torch\.jit\.(?!(script|trace|ignore|export|unused|ScriptModule|is_scripting|is_tracing|Final
                       |annotate|Attribute|interface|script_if_tracing)$).+
    )(\.|$)
    """,
    re.X,
)
# Calls of these run a text as code.
BUILT_IN = frozenset({"eval", "exec", "compile", "__import__", "breakpoint"})
BUILT_IN_NAMES = BUILT_IN | {"__builtins__", "__loader__", "__spec__"}
# They run a text too, but everybody measures time with them: the text is read.
READ_AS_CODE = frozenset(
    {"timeit.timeit", "timeit.repeat", "timeit.Timer", "torch.utils.benchmark.Timer",
     "cProfile.run", "profile.run", "cProfile.runctx", "profile.runctx"}
)  # fmt: skip
# From any object these lead to everything that is loaded.
LEADS_ANYWHERE = frozenset(
    [
        "__globals__",
        "__builtins__",
        "__subclasses__",
        "__mro__",
        "mro",
        "__bases__",
        "__base__",
        "__code__",
        "__closure__",
        "__getattribute__",
        "__loader__",
        "__spec__",
        "__import__",
        "__reduce__",
        "__reduce_ex__",
        "__self__",
        "__kwdefaults__",
        "f_back",
        "f_globals",
        "f_locals",
        "f_builtins",
        "f_code",
        "tb_frame",
        "gi_frame",
        "cr_frame",
        "ag_frame",
        "gi_code",
        "_getframe",
        "user_ns",
        "user_global_ns",
        "obj",  # of an AttributeError: what it was asked of
        "__path__",
        "__wrapped__",
        "__setstate__",
    ]
)
# Options with which a file or a text is code, and the only value with which it is not.
CODE_IN_FILES = {"weights_only": True, "allow_pickle": False, "eval_str": False}
# They are called with such options; kept under other names nobody sees with which.
LOADS = frozenset(
    {"torch.load", "numpy.load", "inspect.signature", "inspect.get_annotations",
     "inspect.Signature.from_callable"}
)  # fmt: skip
# What may be done with a whole module: nothing comes of it but text.
HARMLESS_CALLS = frozenset({"print", "help", "dir", "hasattr", "repr", "str", "id"})
# Settings that torch and others mean to be set.
TO_BE_SET = ("torch.backends.", "matplotlib.", "warnings.", "sys.stdout", "sys.stderr", "numpy.")

# Cell and line magics whose text is code, and those that have nothing to do with an answer.
MAGIC_WITH_CODE = frozenset({"time", "timeit", "capture", "prun"})
MAGIC_HARMLESS = frozenset(
    [
        "matplotlib",
        "config",
        "pip",
        "conda",
        "precision",
        "pylab_inline",
        "who",
        "whos",
        "who_ls",
        "pwd",
        "cd",
        "ls",
        "debug",
        "pdb",
        "xmode",
        "autoreload",
        "history",
        "hist",
        "html",
        "HTML",
        "latex",
        "markdown",
        "svg",
        "SVG",
        "javascript",
        "js",
        "env",
        "mkdir",
        "lsmagic",
        "magic",
        "quickref",
        "pinfo",
        "pinfo2",
        "psearch",
        "pdoc",
        "pdef",
        "psource",
        "pfile",
        "system",
        "sx",
        "colors",
        "doctest_mode",
        "mamba",
        "uv",
    ]
)
EXTENSIONS = frozenset({"autoreload", "tensorboard", "line_profiler", "memory_profiler"})
# These run something, also without their sign when they stand alone in a cell.
MAGIC_THAT_RUNS = frozenset(
    {"run", "rerun", "recall", "rep", "macro", "edit", "ed", "load", "loadpy", "pylab", "store",
     "alias", "alias_magic", "script", "reset", "reset_selective", "debug", "prun", "time",
     "timeit"}
)  # fmt: skip

# Packages whose code is known; whatever else an answer imports cannot be read from here.
KNOWN_PACKAGES = frozenset(
    {"torch", "numpy", "matplotlib", "course_lib", "tqdm", "IPython", "PIL", "pandas", "scipy",
     "sklearn", "einops", "torchvision", "ipywidgets", "typing_extensions", "seaborn", "sympy"}
)  # fmt: skip
# What IPython keeps of earlier cells.
HISTORY = re.compile(r"_{1,3}|_\d+|Out|_oh|In|_ih|_i{1,3}\d*")
# Names that do the work without being a layer.
WORK = AUTOGRAD | CLIPPING
