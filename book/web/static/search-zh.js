// Chinese has no spaces: cut a query into the words that the index has, the longest first.
window.splitQuery = (query) => {
  const index = Search._index;
  const known = (word) =>
    Object.hasOwn(index.terms, word) || Object.hasOwn(index.titleterms, word);
  // The index leaves out single characters: one that is asked for alone is found in longer words.
  const learn = (character) => {
    const files = Object.keys(index.terms)
      .filter((word) => word.includes(character))
      .flatMap((word) => index.terms[word]);
    if (!known(character) && files.length) index.terms[character] = [...new Set(files)];
    return known(character);
  };
  const words = [];
  for (const part of query.split(/([\p{Script=Han}]+)/u)) {
    if (!/\p{Script=Han}/u.test(part)) {
      words.push(...part.split(/[^\p{Letter}\p{Number}_]+/u));
      continue;
    }
    for (let start = 0; start < part.length; ) {
      let end = part.length;
      while (end > start + 1 && !known(part.slice(start, end))) end -= 1;
      const word = part.slice(start, end);
      if (word.length > 1) words.push(word);
      else if (part.length === 1 && learn(word)) words.push(word);
      start = end;
    }
  }
  const found = words.filter((word) => word);
  return found.length ? found : [query];
};
