document.title = "Acme";
