// A browser too old for the application gets the plain page, with what stands behind the #. ES5, and its first deed.
(function () {
  var young = "noModule" in document.createElement("script") && window.indexedDB && Object.fromEntries;
  if (!young) location.replace("/m?plain=1" + location.hash);
})();
