"""Edits of the reference answers that change nothing anybody can see: no check can lose points.

By assignment, by the id of the answer cell, by what was changed; each with the reason.
"""

EQUIVALENT: dict[str, dict[str, dict[str, str]]] = {
    "ps2_rnn": {
        "rnn_forward": {
            "0 -> 1 (2)": "w_hh is square",
            "0 -> -1 (2)": "w_hh is square",
            "w_hh -> w_ih": "both have H rows, and only their number is read",
        },
        "rnn_module": {"0 -> -1 (2)": "the layer axis has size 1: its first entry is its last"},
        "build_vocabulary": {
            "0 -> 1": "all counts are one larger, in the same order",
            "0 -> -1": "all counts are one smaller, in the same order",
            "1 -> 2": "all counts are doubled",
        },
        "predict": {
            "0 -> -1 (2)": "a number has only one place for a new axis",
            "1 -> 0 (2)": "one row of one word: either axis may come first",
        },
    },
    "ps4_lstm": {
        "lstm_forward": {"w_ih -> b_hh": "both have 4H rows, and only their number is read"},
        "lstm_module": {
            "0 -> -1 (3)": "the layer axis has size 1: its first entry is its last",
            "0 -> -1 (4)": "the layer axis has size 1: its first entry is its last",
        },
    },
    "ps3_bptt": {
        "rnn_backward": {
            "b_hh -> b_ih": "of a bias only the shape is read",
            "torch.zeros_like -> ones_like": "every place of it is written in the loop",
            "input -> output (2)": "both have T time steps, and only their number is read",
            "((total, grad)): first two exchanged": "a + b is b + a",
        },
        "truncated": {
            "b_hh -> b_ih": "of a bias only the shape is read",
            "((total, grad)): first two exchanged": "a + b is b + a",
        },
        "jacobian": {
            "((1, 2)): first two exchanged": "a sum over two axes has no order",
            "((1, 2)): first two exchanged (2)": "a sum over two axes has no order",
        },
        "clip": {
            "norm > max_norm: other comparison": "at the limit the factor is 1",
            "norm + 1e-06: other operator": "a millionth is there for a norm of 0 only",
            "norm + 1e-06: only the left": "a millionth is there for a norm of 0 only",
        },
    },
    "ps5_gru": {
        "gru_module": {"0 -> -1 (2)": "the layer axis has size 1: its first entry is its last"},
        "gru_form": dict.fromkeys(
            (
                "torch.zeros -> ones",
                "torch.zeros -> ones (2)",
                "0.0 -> 1.0",
                "0.0 -> -1.0",
                "100.0 -> 101.0",
                "100.0 -> 99.0",
                "0.0 -> -1.0 (2)",
                "100.0 -> 101.0 (2)",
                "100.0 -> 99.0 (2)",
                "0.0 -> 1.0 (3)",
                "0.0 -> -1.0 (3)",
                "0.0 -> 1.0 (5)",
                "0.0 -> -1.0 (5)",
                "0.0 -> 1.0 (6)",
                "0.0 -> -1.0 (6)",
                "1.0 -> 2.0",
            ),
            "another input on which the forms differ",
        )
        | {
            "cell(x, torch.ones(1, 1), *weights, z_open, zero).item() > 0.5: "
            "other comparison": "it is 0 or 1",
            "new > 0.1: other comparison": "it is 0 or 0.38",
        },
        "gru_backward": {"b_hh -> b_ih (2)": "of a bias only the shape is read"},
    },
    "ps6_convlstm": {
        "convlstm_cell": {"1 -> 2": "kernels are square"},
        "zero_state": {
            "((h, torch.zeros_like(h))): first two exchanged": "both are zeros of one shape"
        },
        "network": {
            "((outputs, last_states)): first two exchanged": "both are empty",
            "[:-1]: without its upper": "zip stops at the shorter one",
        },
    },
    "ps7_debug": {
        "mend_c": {"layer_0 -> layer_1": "both layers have as many units, and only those are read"},
        "mend_d": {
            "2 -> 3": "a third state of zeros is never read",
            "params -> params_reverse": "both have as many units, and only those are read",
            "1 -> 0 (4)": "w_hh is square",
        },
        "mend_e": {
            **{
                what: "the statement leaves the first values of kernels and bias open"
                for what in (
                    "0.1 -> 1.1",
                    "0.1 -> -0.9",
                    "0.1 -> 1.1 (2)",
                    "0.1 -> -0.9 (2)",
                    "torch.randn(4 * D, C, K, K) * 0.1: other operator",
                    "torch.randn(4 * D, C, K, K) * 0.1: only the left",
                    "torch.randn(4 * D, D, K, K) * 0.1: other operator",
                    "torch.randn(4 * D, D, K, K) * 0.1: only the left",
                    "torch.zeros -> ones",
                )
            },
            "1 -> 2": "kernels are square",
        },
        "mend_f": {
            "torch.zeros_like -> ones_like": "every time step of grad_input is written",
            "input -> output (2)": "both have as many time steps",
            "grad_b.clone(): left out": "the same numbers, in one tensor instead of two",
        },
    },
}
