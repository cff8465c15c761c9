// First of all scripts: whatever writes a style into the page later writes it with this page's nonce.
(function () {
  var nonce = document.querySelector('meta[name="csp-nonce"]').nonce;
  var make = document.createElement.bind(document);
  document.createElement = function (tag, options) {
    var made = make(tag, options);
    if (/^style$/i.test(tag)) made.nonce = nonce;
    return made;
  };
})();
