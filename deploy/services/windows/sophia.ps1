$env:SOPHIA_HOME = 'C:\Users\you\.sophia'
& 'C:\Program Files\nodejs\node.exe' '--env-file-if-exists=C:\Users\you\.sophia\service.env' 'C:\sophia\scripts\service.mjs' @args
exit $LASTEXITCODE
# Made from the code by `npm run generate`; do not edit by hand. sophia service install writes it with the paths of a machine.
