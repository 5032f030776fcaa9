if [ -s "$2" ]; then echo VALID; else echo "INVALID: it is empty"; fi
