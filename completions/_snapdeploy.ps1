
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'snapdeploy' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'snapdeploy'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'snapdeploy' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('extract', 'extract', [CompletionResultType]::ParameterValue, 'Take what is in an environment and keep it as a snapshot')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'List snapshots, what is in one, or one document')
            [CompletionResult]::new('package', 'package', [CompletionResultType]::ParameterValue, 'Make packages, look into them, take them apart and put them together')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Deploy a snapshot or a package to an environment')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Put back what was there before a deployment')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve a plan that somebody else has saved')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what differs between two snapshots or packages')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show who did what, when, why, and how it ended')
            [CompletionResult]::new('health', 'health', [CompletionResultType]::ParameterValue, 'Ask whether all is well with an environment and with the store')
            [CompletionResult]::new('store', 'store', [CompletionResultType]::ParameterValue, 'Look after the store: whether all of it is as it was written, and what need not be kept any longer')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration to begin with, and set its store up')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Simulate AWS on this machine')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Write what the repository has of completions, man pages and tables')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;extract' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'A name for the snapshot, to call it ENV@NAME')
            [CompletionResult]::new('--note', '--note', [CompletionResultType]::ParameterName, 'A word on why')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--allow-gaps', '--allow-gaps', [CompletionResultType]::ParameterName, 'Keep what can be read, even if something cannot')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;show' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Make a package out of a snapshot')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what is in a package')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that a package is whole: every byte is accounted for by a digest')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Take a package apart into readable files')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Put a package together out of what `unpack` made')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Say of a package that it may be deployed')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a key that signs packages, for teams without KMS')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;package;create' {
            [CompletionResult]::new('--with-dependencies', '--with-dependencies', [CompletionResultType]::ParameterName, 'Also what they refer to, and what that refers to; the words mean the same here')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'A word on it, such as release=2026-11')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Also write it into this file')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package;inspect' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment whose role asks KMS for the keys that have signed it')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package;verify' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment whose role asks KMS for the keys that have signed it')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package;unpack' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package;pack' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'The file to write, instead of keeping the package in the store')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package;sign' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'A KMS key of ECC_NIST_P256 (its ARN, or alias/NAME), or the file of a key that keygen made')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment whose role signs with a KMS key')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package;keygen' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;package;help' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Make a package out of a snapshot')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what is in a package')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that a package is whole: every byte is accounted for by a digest')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Take a package apart into readable files')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Put a package together out of what `unpack` made')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Say of a package that it may be deployed')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a key that signs packages, for teams without KMS')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;package;help;create' {
            break
        }
        'snapdeploy;package;help;inspect' {
            break
        }
        'snapdeploy;package;help;verify' {
            break
        }
        'snapdeploy;package;help;unpack' {
            break
        }
        'snapdeploy;package;help;pack' {
            break
        }
        'snapdeploy;package;help;sign' {
            break
        }
        'snapdeploy;package;help;keygen' {
            break
        }
        'snapdeploy;package;help;help' {
            break
        }
        'snapdeploy;deploy' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Where to')
            [CompletionResult]::new('--artifact', '--artifact', [CompletionResultType]::ParameterName, 'Put what was built elsewhere into what is in the target or in SOURCE. Into a function a ZIP file or a folder: the aliases that had the old code follow, or only ALIAS. Into a service an image, ecs/service/CLUSTER/NAME:CONTAINER=REPO:TAG or =REPO@sha256:...: a tag is looked up now, and its digest is deployed. Into a site a folder: site/bucket/NAME=FOLDER')
            [CompletionResult]::new('--restart', '--restart', [CompletionResultType]::ParameterName, 'Start a service again as it is: new tasks, the same revision')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with an interrupted run; without RUN, with the one that is open')
            [CompletionResult]::new('--with-dependencies', '--with-dependencies', [CompletionResultType]::ParameterName, 'Also what they refer to and the target lacks, and what that refers to; =all: also what it has')
            [CompletionResult]::new('--prune-limit', '--prune-limit', [CompletionResultType]::ParameterName, 'How much --prune may take away of each kind: 10% of what is there, or 3')
            [CompletionResult]::new('--skip', '--skip', [CompletionResultType]::ParameterName, 'With --resume: leave out what cannot be written now, as it is found; the run goes on without it, which is recorded')
            [CompletionResult]::new('--on-failure', '--on-failure', [CompletionResultType]::ParameterName, 'What to do if it fails; the environment''s own setting if not given')
            [CompletionResult]::new('--rename', '--rename', [CompletionResultType]::ParameterName, 'What the target calls OLD is what the source calls NEW: rename it, do not make another')
            [CompletionResult]::new('--as-new', '--as-new', [CompletionResultType]::ParameterName, 'What is new in the target, though something there looks like it: addresses, or globs of addresses')
            [CompletionResult]::new('--save-plan', '--save-plan', [CompletionResultType]::ParameterName, 'Write the plan into this file and stop, to have it approved and performed later with --plan')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'How long the saved plan may be performed, such as 24h, 90m or 3d')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Perform a plan that was saved, if what it writes and refers to is still as it was; once')
            [CompletionResult]::new('--skip-gate', '--skip-gate', [CompletionResultType]::ParameterName, 'Do not ask this gate, which decides whether a deployment goes on; recorded')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'If another run holds the environment, wait for it this long, such as 90s or 10m, instead of ending with 11')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Follow what AWS goes on with by itself (a deployment of a service) for this long, such as 30m, then let go of it and end with 8; 75m if nothing is said, and as much again for a rollback')
            [CompletionResult]::new('--accept-loss', '--accept-loss', [CompletionResultType]::ParameterName, 'A secret that may be overwritten or deleted though nobody could put it back; a plan that needs this says so')
            [CompletionResult]::new('--accept-irreversible', '--accept-irreversible', [CompletionResultType]::ParameterName, 'A resource that may be destroyed though no rollback brings it back as it was; a plan that needs this says so; recorded')
            [CompletionResult]::new('--skip-hook', '--skip-hook', [CompletionResultType]::ParameterName, 'Do not run this hook; of one that an earlier process was running, take it that it ended well; recorded')
            [CompletionResult]::new('--repeat-hook', '--repeat-hook', [CompletionResultType]::ParameterName, 'Run this hook again though nobody knows how it ended')
            [CompletionResult]::new('--confirm', '--confirm', [CompletionResultType]::ParameterName, 'Do not ask: the phrase PROJECT/ENV says that it is meant')
            [CompletionResult]::new('--break-glass', '--break-glass', [CompletionResultType]::ParameterName, 'Where the shared ledger cannot be reached: work without it, for this reason, which is recorded. Nobody on another machine is kept out; asks for the phrase, or --confirm; told to the ledger later by `history import`')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--prune', '--prune', [CompletionResultType]::ParameterName, 'Also take away what the target has and the source does not; archived where that can be')
            [CompletionResult]::new('--include-operational', '--include-operational', [CompletionResultType]::ParameterName, 'Also what is changed by the hour, such as whether queues are open, and how many contacts they take')
            [CompletionResult]::new('--overwrite-drift', '--overwrite-drift', [CompletionResultType]::ParameterName, 'Overwrite what somebody has changed there since it was left, and what a newer release put there')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'With --dry-run: end with 4 if there is something to change')
            [CompletionResult]::new('--all-at-once', '--all-at-once', [CompletionResultType]::ParameterName, 'Shift all traffic at once, whatever the rollouts say')
            [CompletionResult]::new('--release-hold', '--release-hold', [CompletionResultType]::ParameterName, 'Deploy again what a rollback has undone, or although deployments go round in a loop; recorded with --reason')
            [CompletionResult]::new('--outside-window', '--outside-window', [CompletionResultType]::ParameterName, 'Deploy outside the environment''s change windows, or in a freeze; recorded with --reason. A rollback needs no window, and a run that has begun goes on')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the plan and stop; nothing is written')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not follow what AWS goes on with by itself: end with 8 once it is started')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; not enough for a protected environment')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;rollback' {
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'Which run to undo')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'What to go back to, whoever changed it since: a snapshot (NAME, ID, latest, good), a time or a run; of one service also a revision or an image')
            [CompletionResult]::new('--save-plan', '--save-plan', [CompletionResultType]::ParameterName, 'Write the plan into this file and stop, to have it approved and performed later with --plan')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'How long the saved plan may be performed, such as 24h, 90m or 3d')
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Perform a plan that was saved, if what it writes and refers to is still as it was; once')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'If another run holds the environment, wait for it this long, such as 90s or 10m, instead of ending with 11')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Follow what AWS goes on with by itself (a deployment of a service) for this long, such as 30m, then let go of it and end with 8; 75m if nothing is said, and as much again for a rollback')
            [CompletionResult]::new('--accept-loss', '--accept-loss', [CompletionResultType]::ParameterName, 'A secret that may be overwritten or deleted though nobody could put it back; a plan that needs this says so')
            [CompletionResult]::new('--accept-irreversible', '--accept-irreversible', [CompletionResultType]::ParameterName, 'A resource that may be destroyed though no rollback brings it back as it was; a plan that needs this says so; recorded')
            [CompletionResult]::new('--skip-hook', '--skip-hook', [CompletionResultType]::ParameterName, 'Do not run this hook; of one that an earlier process was running, take it that it ended well; recorded')
            [CompletionResult]::new('--repeat-hook', '--repeat-hook', [CompletionResultType]::ParameterName, 'Run this hook again though nobody knows how it ended')
            [CompletionResult]::new('--confirm', '--confirm', [CompletionResultType]::ParameterName, 'Do not ask: the phrase PROJECT/ENV says that it is meant')
            [CompletionResult]::new('--break-glass', '--break-glass', [CompletionResultType]::ParameterName, 'Where the shared ledger cannot be reached: work without it, for this reason, which is recorded. Nobody on another machine is kept out; asks for the phrase, or --confirm; told to the ledger later by `history import`')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--take-over', '--take-over', [CompletionResultType]::ParameterName, 'Do not wait long for the owner of an open run that gives no sign of life: take the run over as soon as that owner can send nothing more. With --to: end the open run where it is, and put that back in its place')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the plan and stop; nothing is written')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not follow what AWS goes on with by itself: end with 8 once it is started')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; not enough for a protected environment')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;approve' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;diff' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'End with 4 if something differs')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;history' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Only this environment')
            [CompletionResult]::new('--address', '--address', [CompletionResultType]::ParameterName, 'Only runs that wrote this address, or were about to, with what they did to it; a glob for several')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only runs that began since then: a duration such as 7d, or a time such as 2026-11-19 or 2026-11-19T18:00')
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'Only runs that somebody began or went on with whose identity, host or CI job (who began it, its number, its commit) has this text in it')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'How many runs of each environment, the newest first')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one run: how it began, each call, and how it ended')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow a run of another process until it ends, and end with its code')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Count deployments and rollbacks, and how long they took')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print every audit entry, the oldest first, as JSON lines')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Tell whether anybody has changed the audit')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Tell the ledger what was done with --break-glass while it could not be reached')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;history;show' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;history;watch' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment whose open run is meant')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Watch for this long at most, such as 30m; until it ends if not given')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;history;stats' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Only this environment')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Since when: a duration such as 7d, or a time such as 2026-11-01')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;history;export' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Only this environment')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;history;verify' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Only this environment')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;history;import' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;history;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one run: how it began, each call, and how it ended')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow a run of another process until it ends, and end with its code')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Count deployments and rollbacks, and how long they took')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print every audit entry, the oldest first, as JSON lines')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Tell whether anybody has changed the audit')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Tell the ledger what was done with --break-glass while it could not be reached')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;history;help;show' {
            break
        }
        'snapdeploy;history;help;watch' {
            break
        }
        'snapdeploy;history;help;stats' {
            break
        }
        'snapdeploy;history;help;export' {
            break
        }
        'snapdeploy;history;help;verify' {
            break
        }
        'snapdeploy;history;help;import' {
            break
        }
        'snapdeploy;history;help;help' {
            break
        }
        'snapdeploy;health' {
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Ask again until all is well, for this long at most, such as 10m')
            [CompletionResult]::new('--stable-for', '--stable-for', [CompletionResultType]::ParameterName, 'All has to be well for this long without a break, such as 2m')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--gates', '--gates', [CompletionResultType]::ParameterName, 'Ask the gates too that do more than to look: commands and functions')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Ask again every 5 seconds and tell what has changed, until Ctrl-C')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;store' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that everything in the store is there, and is what its name says')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;store;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--read-data', '--read-data', [CompletionResultType]::ParameterName, 'Also read every blob, and hold its bytes against its name')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;store;forget' {
            [CompletionResult]::new('--keep-last', '--keep-last', [CompletionResultType]::ParameterName, 'Keep the newest N extracts')
            [CompletionResult]::new('--keep-daily', '--keep-daily', [CompletionResultType]::ParameterName, 'Keep the newest extract of each of the last N days that have one (UTC)')
            [CompletionResult]::new('--keep-weekly', '--keep-weekly', [CompletionResultType]::ParameterName, 'Keep the newest of each of the last N weeks that have one')
            [CompletionResult]::new('--keep-monthly', '--keep-monthly', [CompletionResultType]::ParameterName, 'Keep the newest of each of the last N months that have one')
            [CompletionResult]::new('--keep-yearly', '--keep-yearly', [CompletionResultType]::ParameterName, 'Keep the newest of each of the last N years that have one')
            [CompletionResult]::new('--keep-within', '--keep-within', [CompletionResultType]::ParameterName, 'Keep all that are younger, such as 60d')
            [CompletionResult]::new('--keep-note', '--keep-note', [CompletionResultType]::ParameterName, 'Keep all whose note has this text in it')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the audit')
            [CompletionResult]::new('--confirm', '--confirm', [CompletionResultType]::ParameterName, 'Do not ask: the phrase PROJECT/ENV says that it is meant; once for each protected environment')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--all-environments', '--all-environments', [CompletionResultType]::ParameterName, 'Look at those of all environments')
            [CompletionResult]::new('--keep-named', '--keep-named', [CompletionResultType]::ParameterName, 'Keep all that have a name')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the plan and stop; nothing is written')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask; not enough for a protected environment')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;store;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that everything in the store is there, and is what its name says')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;store;help;check' {
            break
        }
        'snapdeploy;store;help;forget' {
            break
        }
        'snapdeploy;store;help;help' {
            break
        }
        'snapdeploy;init' {
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'The project''s name; the directory''s if not given')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment''s name')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'The account that it is in, twelve digits')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The region')
            [CompletionResult]::new('--instance', '--instance', [CompletionResultType]::ParameterName, 'The Connect instance: its alias, id or ARN')
            [CompletionResult]::new('--role-arn', '--role-arn', [CompletionResultType]::ParameterName, 'The role to assume there')
            [CompletionResult]::new('--read-role-arn', '--read-role-arn', [CompletionResultType]::ParameterName, 'The role to assume where nothing is to be changed')
            [CompletionResult]::new('--external-id', '--external-id', [CompletionResultType]::ParameterName, 'The external id that the roles ask for')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where things are kept: s3://BUCKET/PREFIX or file://DIRECTORY')
            [CompletionResult]::new('--store-region', '--store-region', [CompletionResultType]::ParameterName, 'The region of the store; the environment''s if not given')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Print the least IAM policies for this environment, as JSON, and write nothing; all that snapdeploy.toml says of it counts')
            [CompletionResult]::new('--verb', '--verb', [CompletionResultType]::ParameterName, 'Only what this verb needs; what all need together if not given')
            [CompletionResult]::new('--of', '--of', [CompletionResultType]::ParameterName, 'Only those of this one, so that a policy can be given to `aws iam`')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('--protected', '--protected', [CompletionResultType]::ParameterName, 'A change of the environment asks for the phrase PROJECT/NAME')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before the store is made')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;sandbox' {
            [CompletionResult]::new('--scenario', '--scenario', [CompletionResultType]::ParameterName, 'What is in the simulated accounts: a directory with a scenario.toml. If not given: this one, examples/acme, or two small accounts, dev (111111111111) and prod (222222222222)')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port on 127.0.0.1; a free one if not given')
            [CompletionResult]::new('--quotas', '--quotas', [CompletionResultType]::ParameterName, 'Whether calls are throttled as AWS does')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;generate' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Write the completions of every shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write a man page for every verb')
            [CompletionResult]::new('coverage', 'coverage', [CompletionResultType]::ParameterValue, 'Write the table of what is covered between its marks in a file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;generate;completions' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;generate;man' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;generate;coverage' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration; the nearest snapdeploy.toml upwards if not given')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the result is printed')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When there is colour')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but the result, errors and questions')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log what happens beneath; more with -vv')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'snapdeploy;generate;help' {
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Write the completions of every shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write a man page for every verb')
            [CompletionResult]::new('coverage', 'coverage', [CompletionResultType]::ParameterValue, 'Write the table of what is covered between its marks in a file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;generate;help;completions' {
            break
        }
        'snapdeploy;generate;help;man' {
            break
        }
        'snapdeploy;generate;help;coverage' {
            break
        }
        'snapdeploy;generate;help;help' {
            break
        }
        'snapdeploy;help' {
            [CompletionResult]::new('extract', 'extract', [CompletionResultType]::ParameterValue, 'Take what is in an environment and keep it as a snapshot')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'List snapshots, what is in one, or one document')
            [CompletionResult]::new('package', 'package', [CompletionResultType]::ParameterValue, 'Make packages, look into them, take them apart and put them together')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Deploy a snapshot or a package to an environment')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Put back what was there before a deployment')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve a plan that somebody else has saved')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show what differs between two snapshots or packages')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show who did what, when, why, and how it ended')
            [CompletionResult]::new('health', 'health', [CompletionResultType]::ParameterValue, 'Ask whether all is well with an environment and with the store')
            [CompletionResult]::new('store', 'store', [CompletionResultType]::ParameterValue, 'Look after the store: whether all of it is as it was written, and what need not be kept any longer')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write a configuration to begin with, and set its store up')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Simulate AWS on this machine')
            [CompletionResult]::new('generate', 'generate', [CompletionResultType]::ParameterValue, 'Write what the repository has of completions, man pages and tables')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'snapdeploy;help;extract' {
            break
        }
        'snapdeploy;help;show' {
            break
        }
        'snapdeploy;help;package' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Make a package out of a snapshot')
            [CompletionResult]::new('inspect', 'inspect', [CompletionResultType]::ParameterValue, 'Show what is in a package')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Check that a package is whole: every byte is accounted for by a digest')
            [CompletionResult]::new('unpack', 'unpack', [CompletionResultType]::ParameterValue, 'Take a package apart into readable files')
            [CompletionResult]::new('pack', 'pack', [CompletionResultType]::ParameterValue, 'Put a package together out of what `unpack` made')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Say of a package that it may be deployed')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a key that signs packages, for teams without KMS')
            break
        }
        'snapdeploy;help;package;create' {
            break
        }
        'snapdeploy;help;package;inspect' {
            break
        }
        'snapdeploy;help;package;verify' {
            break
        }
        'snapdeploy;help;package;unpack' {
            break
        }
        'snapdeploy;help;package;pack' {
            break
        }
        'snapdeploy;help;package;sign' {
            break
        }
        'snapdeploy;help;package;keygen' {
            break
        }
        'snapdeploy;help;deploy' {
            break
        }
        'snapdeploy;help;rollback' {
            break
        }
        'snapdeploy;help;approve' {
            break
        }
        'snapdeploy;help;diff' {
            break
        }
        'snapdeploy;help;history' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one run: how it began, each call, and how it ended')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow a run of another process until it ends, and end with its code')
            [CompletionResult]::new('stats', 'stats', [CompletionResultType]::ParameterValue, 'Count deployments and rollbacks, and how long they took')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print every audit entry, the oldest first, as JSON lines')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Tell whether anybody has changed the audit')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Tell the ledger what was done with --break-glass while it could not be reached')
            break
        }
        'snapdeploy;help;history;show' {
            break
        }
        'snapdeploy;help;history;watch' {
            break
        }
        'snapdeploy;help;history;stats' {
            break
        }
        'snapdeploy;help;history;export' {
            break
        }
        'snapdeploy;help;history;verify' {
            break
        }
        'snapdeploy;help;history;import' {
            break
        }
        'snapdeploy;help;health' {
            break
        }
        'snapdeploy;help;store' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that everything in the store is there, and is what its name says')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more')
            break
        }
        'snapdeploy;help;store;check' {
            break
        }
        'snapdeploy;help;store;forget' {
            break
        }
        'snapdeploy;help;init' {
            break
        }
        'snapdeploy;help;sandbox' {
            break
        }
        'snapdeploy;help;generate' {
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Write the completions of every shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write a man page for every verb')
            [CompletionResult]::new('coverage', 'coverage', [CompletionResultType]::ParameterValue, 'Write the table of what is covered between its marks in a file')
            break
        }
        'snapdeploy;help;generate;completions' {
            break
        }
        'snapdeploy;help;generate;man' {
            break
        }
        'snapdeploy;help;generate;coverage' {
            break
        }
        'snapdeploy;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
