"""Published worked examples of the measures, as numbers with their sources. A dot is a missing value."""

# K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): 4 observers, 12 units.
KRIPPENDORFF_2011 = {
    "readers": ("123321412...", "1233224125.3", ".3332342251.", "12332441251."),
    "alpha": {"nominal": 0.743421, "ordinal": 0.815388, "interval": 0.849107, "ratio": 0.797403},
    "tolerance": 5e-7,
}

# The computational example of the encyclopedia article "Krippendorff's alpha": 3 coders, 15 units.
KRIPPENDORFF_THREE_CODERS = {
    "readers": (".....34121133.3", "1.213343.......", "..21344.21133.4"),
    "alpha": {"nominal": 0.691, "interval": 0.811},
    "tolerance": 5e-4,
}

# A. Hayes and K. Krippendorff, "Answering the Call for a Standard Reliability Measure for Coding Data"
# (2007), p. 84: 40 units, each as five observers had it.
HAYES_2007 = {
    "units": (
        "112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222. 33223 111.1 111.1 "
        "212.2 1233. 1101. 000.0 0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2 110.0 2121. "
        "22.22 3222. 222.2 223.2 222.2 22.12 2222. 111.1"
    ).split(),
    "alpha": {"ordinal": 0.7598},
    "tolerance": 5e-5,
}

# K. Krippendorff, "Content Analysis", 2nd ed. (2004), p. 224 (two values) and p. 227 (three): 2 observers.
KRIPPENDORFF_2004_BINARY = {
    "units": "10 11 01 00 00 01 00 01 00 00".split(),
    "alpha": {"nominal": 0.095},
    "tolerance": 6e-4,
}
KRIPPENDORFF_2004_NOMINAL = {
    "units": "aa ab bb bb bb bb bc cc cc cc cc cc".split(),
    "alpha": {"nominal": 0.734},
    "tolerance": 1e-3,
}

# NLTK's test of disagreement, "easy": three coders, three units, the last with one rating.
DRESS = {"units": ["YNN", "YN.", "..N"], "alpha": {"nominal": -1 / 3}, "tolerance": 1e-6}

# R. Artstein and M. Poesio, "Inter-Coder Agreement for Computational Linguistics" (2008), p. 568: 2 coders.
ARTSTEIN_POESIO_2008 = {
    "units": ["ss"] * 46 + ["is"] * 6 + ["ii"] * 32 + ["ic"] * 6 + ["cc"] * 10,
    "alpha": {"nominal": 0.8},
    "tolerance": 6e-4,
}

# R. Passonneau, "Measuring Agreement on Set-Valued Items" (2006): a, b, MASI distance, Jaccard distance.
SETS = (
    ("12", "12", 0, 0),
    ("12", "1234", 2 / 3, 1 / 2),
    ("A", "AB", 2 / 3, 1 / 2),
    ("AB", "BC", 8 / 9, 2 / 3),
    ("A", "B", 1, 1),
)

# K. Krippendorff, "Content Analysis", 2nd ed. (2004), p. 254: per category, each coder's (start, length).
UNITISING = {
    "continuum": (150, 300),
    "units": {
        "c": (((225, 70), (370, 30)), ((220, 80), (355, 20), (400, 20))),
        "k": (((180, 60), (300, 50)), ((180, 60), (300, 50))),
    },
    "alpha": 0.8591,
    "alpha_c": 0.7286,
    "alpha_k": 1.0,
    "observed_c": 0.0144,
    "expected_c": 0.0532,
    "tolerance": 5e-4,
}

# A. P. Dawid and A. M. Skene, JRSS C 28 (1979), table 1: 45 patients; observer 1 judged each three times,
# then observers 2 to 5 once. Expected: class shares, observer 1's errors (rows the truth), some patients.
DAWID_SKENE = {
    "patients": (
        "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 "
        "1111111 2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 "
        "1111111 1111111 2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 "
        "2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222"
    ).split(),
    "prior": (0.40, 0.42, 0.11, 0.07),
    "observer_1": ((0.89, 0.11, 0, 0), (0.07, 0.88, 0.05, 0), (0, 0.34, 0.66, 0), (0, 0, 0.56, 0.44)),
    "posterior": {7: (0.981, 0.019, 0, 0), 35: (0, 0.948, 0.052, 0), 38: (0, 0.021, 0.979, 0)},
    "labels": {2: 4, 36: 4, 12: 3},  # of 2 and 36 most said 3
    "tolerance": 0.005,
}

# Five gold spans and five others, worked by hand: two right, one too short, one of another kind, one missed,
# one too many. Kinds are the actors of mentions here.
SPANS = {
    "gold": ((0, 6, "A"), (20, 31, "A"), (40, 48, "A"), (60, 66, "E"), (80, 90, "E")),
    "others": ((0, 6, "A"), (20, 28, "A"), (40, 48, "E"), (60, 66, "E"), (100, 105, "E")),
    "strict": 2,
    "exact": 3,
    "overlapping_same_kind": 3,
    "half_credit": 3.5,
    "shared_characters_same_kind": 20,
}
