from mmdesk.cli import main

main()
