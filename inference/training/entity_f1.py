"""Entity F1 from BIO labels, as conlleval counts: an entity is right when type, first and last token are."""

from collections import Counter

IGNORED = -100


def spans(labels: list[str]) -> set[tuple[str, int, int]]:
    """Type, first and last place of each entity. An I- without its B- begins one, as conlleval has it."""
    found = set()
    kind, begin = "", 0
    for at, label in enumerate([*labels, "O"]):
        prefix, _, name = label.partition("-")
        goes_on = prefix == "I" and name == kind
        if kind and not goes_on:
            found.add((kind, begin, at - 1))
            kind = ""
        if prefix in ("B", "I") and not goes_on:
            kind, begin = name, at
    return found


def entity_f1(pairs, names: list[str]) -> dict:
    """`pairs` are true and predicted label ids of one window each; places with a true id of -100 do not count."""
    right, wanted, given = Counter(), Counter(), Counter()
    for true, predicted in pairs:
        counted = [(int(a), int(b)) for a, b in zip(true, predicted) if a != IGNORED]
        expected = spans([names[a] for a, _ in counted])
        found = spans([names[b] for _, b in counted])
        wanted.update(kind for kind, _, _ in expected)
        given.update(kind for kind, _, _ in found)
        right.update(kind for kind, _, _ in expected & found)
    kinds = {kind: score(right[kind], given[kind], wanted[kind]) for kind in sorted(wanted)}
    return {"micro": score(right.total(), given.total(), wanted.total()), "kinds": kinds}


def score(right: int, given: int, wanted: int) -> dict:
    precision = right / given if given else 0.0
    recall = right / wanted if wanted else 0.0
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"f1": round(f1, 4), "precision": round(precision, 4), "recall": round(recall, 4), "entities": wanted}
