"""The two scripts of Megatron-LM's tools/openwebtext that follow find_duplicates.py, by the letter: what they make of
their input, without their files. Where they go through a Python set in its own order a set is returned."""

import json


def group_duplicate_url(lines, threshold=0.7):
    """Groups of more than one address, by their number: a list of sets in which every line finds or begins its own."""
    groups, number_of = [], {}
    for line in lines:
        members = []
        for main, pairs in json.loads(line).items():
            members.append(main)
            members += [other for pair in pairs for other, similarity in pair.items() if similarity >= threshold]
        known = [number_of[url] for url in members if url in number_of]
        if not known:
            known = [len(groups)]
            groups.append(set())
        number = known[0]
        new = set(members)
        for other in known[1:]:
            if other != number and groups[other] is not None:
                new |= groups[other]
                groups[other] = None
        groups[number] |= new
        for url in new:
            number_of[url] = number
    return {number: urls for number, urls in enumerate(groups) if urls is not None and len(urls) > 1}


def remove_group_duplicates(group_lines, data_lines):
    """Documents kept and documents removed, each as an object, and lines that are skipped, which is to say lost."""
    gone = {url for line in group_lines for urls in json.loads(line).values() for url in urls[1:]}
    kept, removed, skipped = [], [], []
    for line in data_lines:
        try:
            document = json.loads(line)
            (removed if document["url"] in gone else kept).append(document)
        except Exception:  # the script catches everything
            skipped.append(line)
    return kept, removed, skipped
