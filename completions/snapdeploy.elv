
use builtin;
use str;

set edit:completion:arg-completer[snapdeploy] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'snapdeploy'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'snapdeploy'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand extract 'Take what is in an environment and keep it as a snapshot'
            cand show 'List snapshots, what is in one, or one document'
            cand package 'Make packages, look into them, take them apart and put them together'
            cand deploy 'Deploy a snapshot or a package to an environment'
            cand rollback 'Put back what was there before a deployment'
            cand approve 'Approve a plan that somebody else has saved'
            cand diff 'Show what differs between two snapshots or packages'
            cand history 'Show who did what, when, why, and how it ended'
            cand health 'Ask whether all is well with an environment and with the store'
            cand store 'Look after the store: whether all of it is as it was written, and what need not be kept any longer'
            cand init 'Write a configuration to begin with, and set its store up'
            cand sandbox 'Simulate AWS on this machine'
            cand generate 'Write what the repository has of completions, man pages and tables'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;extract'= {
            cand --name 'A name for the snapshot, to call it ENV@NAME'
            cand --note 'A word on why'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --allow-gaps 'Keep what can be read, even if something cannot'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;show'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand create 'Make a package out of a snapshot'
            cand inspect 'Show what is in a package'
            cand verify 'Check that a package is whole: every byte is accounted for by a digest'
            cand unpack 'Take a package apart into readable files'
            cand pack 'Put a package together out of what `unpack` made'
            cand sign 'Say of a package that it may be deployed'
            cand keygen 'Make a key that signs packages, for teams without KMS'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;package;create'= {
            cand --with-dependencies 'Also what they refer to, and what that refers to; the words mean the same here'
            cand --label 'A word on it, such as release=2026-11'
            cand --out 'Also write it into this file'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package;inspect'= {
            cand --env 'The environment whose role asks KMS for the keys that have signed it'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package;verify'= {
            cand --env 'The environment whose role asks KMS for the keys that have signed it'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package;unpack'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package;pack'= {
            cand --out 'The file to write, instead of keeping the package in the store'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package;sign'= {
            cand --key 'A KMS key of ECC_NIST_P256 (its ARN, or alias/NAME), or the file of a key that keygen made'
            cand --env 'The environment whose role signs with a KMS key'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package;keygen'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;package;help'= {
            cand create 'Make a package out of a snapshot'
            cand inspect 'Show what is in a package'
            cand verify 'Check that a package is whole: every byte is accounted for by a digest'
            cand unpack 'Take a package apart into readable files'
            cand pack 'Put a package together out of what `unpack` made'
            cand sign 'Say of a package that it may be deployed'
            cand keygen 'Make a key that signs packages, for teams without KMS'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;package;help;create'= {
        }
        &'snapdeploy;package;help;inspect'= {
        }
        &'snapdeploy;package;help;verify'= {
        }
        &'snapdeploy;package;help;unpack'= {
        }
        &'snapdeploy;package;help;pack'= {
        }
        &'snapdeploy;package;help;sign'= {
        }
        &'snapdeploy;package;help;keygen'= {
        }
        &'snapdeploy;package;help;help'= {
        }
        &'snapdeploy;deploy'= {
            cand --to 'Where to'
            cand --artifact 'Put what was built elsewhere into what is in the target or in SOURCE. Into a function a ZIP file or a folder: the aliases that had the old code follow, or only ALIAS. Into a service an image, ecs/service/CLUSTER/NAME:CONTAINER=REPO:TAG or =REPO@sha256:...: a tag is looked up now, and its digest is deployed. Into a site a folder: site/bucket/NAME=FOLDER'
            cand --restart 'Start a service again as it is: new tasks, the same revision'
            cand --resume 'Go on with an interrupted run; without RUN, with the one that is open'
            cand --with-dependencies 'Also what they refer to and the target lacks, and what that refers to; =all: also what it has'
            cand --prune-limit 'How much --prune may take away of each kind: 10% of what is there, or 3'
            cand --skip 'With --resume: leave out what cannot be written now, as it is found; the run goes on without it, which is recorded'
            cand --on-failure 'What to do if it fails; the environment''s own setting if not given'
            cand --rename 'What the target calls OLD is what the source calls NEW: rename it, do not make another'
            cand --as-new 'What is new in the target, though something there looks like it: addresses, or globs of addresses'
            cand --save-plan 'Write the plan into this file and stop, to have it approved and performed later with --plan'
            cand --expires 'How long the saved plan may be performed, such as 24h, 90m or 3d'
            cand --plan 'Perform a plan that was saved, if what it writes and refers to is still as it was; once'
            cand --skip-gate 'Do not ask this gate, which decides whether a deployment goes on; recorded'
            cand --reason 'Why, for the audit'
            cand --wait-lock 'If another run holds the environment, wait for it this long, such as 90s or 10m, instead of ending with 11'
            cand --timeout 'Follow what AWS goes on with by itself (a deployment of a service) for this long, such as 30m, then let go of it and end with 8; 75m if nothing is said, and as much again for a rollback'
            cand --accept-loss 'A secret that may be overwritten or deleted though nobody could put it back; a plan that needs this says so'
            cand --accept-irreversible 'A resource that may be destroyed though no rollback brings it back as it was; a plan that needs this says so; recorded'
            cand --skip-hook 'Do not run this hook; of one that an earlier process was running, take it that it ended well; recorded'
            cand --repeat-hook 'Run this hook again though nobody knows how it ended'
            cand --confirm 'Do not ask: the phrase PROJECT/ENV says that it is meant'
            cand --break-glass 'Where the shared ledger cannot be reached: work without it, for this reason, which is recorded. Nobody on another machine is kept out; asks for the phrase, or --confirm; told to the ledger later by `history import`'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --prune 'Also take away what the target has and the source does not; archived where that can be'
            cand --include-operational 'Also what is changed by the hour, such as whether queues are open, and how many contacts they take'
            cand --overwrite-drift 'Overwrite what somebody has changed there since it was left, and what a newer release put there'
            cand --exit-code 'With --dry-run: end with 4 if there is something to change'
            cand --all-at-once 'Shift all traffic at once, whatever the rollouts say'
            cand --release-hold 'Deploy again what a rollback has undone, or although deployments go round in a loop; recorded with --reason'
            cand --outside-window 'Deploy outside the environment''s change windows, or in a freeze; recorded with --reason. A rollback needs no window, and a run that has begun goes on'
            cand --dry-run 'Show the plan and stop; nothing is written'
            cand --no-wait 'Do not follow what AWS goes on with by itself: end with 8 once it is started'
            cand --yes 'Do not ask; not enough for a protected environment'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;rollback'= {
            cand --run 'Which run to undo'
            cand --to 'What to go back to, whoever changed it since: a snapshot (NAME, ID, latest, good), a time or a run; of one service also a revision or an image'
            cand --save-plan 'Write the plan into this file and stop, to have it approved and performed later with --plan'
            cand --expires 'How long the saved plan may be performed, such as 24h, 90m or 3d'
            cand --plan 'Perform a plan that was saved, if what it writes and refers to is still as it was; once'
            cand --reason 'Why, for the audit'
            cand --wait-lock 'If another run holds the environment, wait for it this long, such as 90s or 10m, instead of ending with 11'
            cand --timeout 'Follow what AWS goes on with by itself (a deployment of a service) for this long, such as 30m, then let go of it and end with 8; 75m if nothing is said, and as much again for a rollback'
            cand --accept-loss 'A secret that may be overwritten or deleted though nobody could put it back; a plan that needs this says so'
            cand --accept-irreversible 'A resource that may be destroyed though no rollback brings it back as it was; a plan that needs this says so; recorded'
            cand --skip-hook 'Do not run this hook; of one that an earlier process was running, take it that it ended well; recorded'
            cand --repeat-hook 'Run this hook again though nobody knows how it ended'
            cand --confirm 'Do not ask: the phrase PROJECT/ENV says that it is meant'
            cand --break-glass 'Where the shared ledger cannot be reached: work without it, for this reason, which is recorded. Nobody on another machine is kept out; asks for the phrase, or --confirm; told to the ledger later by `history import`'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --take-over 'Do not wait long for the owner of an open run that gives no sign of life: take the run over as soon as that owner can send nothing more. With --to: end the open run where it is, and put that back in its place'
            cand --dry-run 'Show the plan and stop; nothing is written'
            cand --no-wait 'Do not follow what AWS goes on with by itself: end with 8 once it is started'
            cand --yes 'Do not ask; not enough for a protected environment'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;approve'= {
            cand --reason 'Why, for the audit'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --yes 'Do not ask'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;diff'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --exit-code 'End with 4 if something differs'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;history'= {
            cand --env 'Only this environment'
            cand --address 'Only runs that wrote this address, or were about to, with what they did to it; a glob for several'
            cand --since 'Only runs that began since then: a duration such as 7d, or a time such as 2026-11-19 or 2026-11-19T18:00'
            cand --actor 'Only runs that somebody began or went on with whose identity, host or CI job (who began it, its number, its commit) has this text in it'
            cand --limit 'How many runs of each environment, the newest first'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show one run: how it began, each call, and how it ended'
            cand watch 'Follow a run of another process until it ends, and end with its code'
            cand stats 'Count deployments and rollbacks, and how long they took'
            cand export 'Print every audit entry, the oldest first, as JSON lines'
            cand verify 'Tell whether anybody has changed the audit'
            cand import 'Tell the ledger what was done with --break-glass while it could not be reached'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;history;show'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;history;watch'= {
            cand --env 'The environment whose open run is meant'
            cand --timeout 'Watch for this long at most, such as 30m; until it ends if not given'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;history;stats'= {
            cand --env 'Only this environment'
            cand --since 'Since when: a duration such as 7d, or a time such as 2026-11-01'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;history;export'= {
            cand --env 'Only this environment'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;history;verify'= {
            cand --env 'Only this environment'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;history;import'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;history;help'= {
            cand show 'Show one run: how it began, each call, and how it ended'
            cand watch 'Follow a run of another process until it ends, and end with its code'
            cand stats 'Count deployments and rollbacks, and how long they took'
            cand export 'Print every audit entry, the oldest first, as JSON lines'
            cand verify 'Tell whether anybody has changed the audit'
            cand import 'Tell the ledger what was done with --break-glass while it could not be reached'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;history;help;show'= {
        }
        &'snapdeploy;history;help;watch'= {
        }
        &'snapdeploy;history;help;stats'= {
        }
        &'snapdeploy;history;help;export'= {
        }
        &'snapdeploy;history;help;verify'= {
        }
        &'snapdeploy;history;help;import'= {
        }
        &'snapdeploy;history;help;help'= {
        }
        &'snapdeploy;health'= {
            cand --wait 'Ask again until all is well, for this long at most, such as 10m'
            cand --stable-for 'All has to be well for this long without a break, such as 2m'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --gates 'Ask the gates too that do more than to look: commands and functions'
            cand --watch 'Ask again every 5 seconds and tell what has changed, until Ctrl-C'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;store'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand check 'Check that everything in the store is there, and is what its name says'
            cand forget 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;store;check'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --read-data 'Also read every blob, and hold its bytes against its name'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;store;forget'= {
            cand --keep-last 'Keep the newest N extracts'
            cand --keep-daily 'Keep the newest extract of each of the last N days that have one (UTC)'
            cand --keep-weekly 'Keep the newest of each of the last N weeks that have one'
            cand --keep-monthly 'Keep the newest of each of the last N months that have one'
            cand --keep-yearly 'Keep the newest of each of the last N years that have one'
            cand --keep-within 'Keep all that are younger, such as 60d'
            cand --keep-note 'Keep all whose note has this text in it'
            cand --reason 'Why, for the audit'
            cand --confirm 'Do not ask: the phrase PROJECT/ENV says that it is meant; once for each protected environment'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --all-environments 'Look at those of all environments'
            cand --keep-named 'Keep all that have a name'
            cand --dry-run 'Show the plan and stop; nothing is written'
            cand --yes 'Do not ask; not enough for a protected environment'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;store;help'= {
            cand check 'Check that everything in the store is there, and is what its name says'
            cand forget 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;store;help;check'= {
        }
        &'snapdeploy;store;help;forget'= {
        }
        &'snapdeploy;store;help;help'= {
        }
        &'snapdeploy;init'= {
            cand --project 'The project''s name; the directory''s if not given'
            cand --env 'The environment''s name'
            cand --account 'The account that it is in, twelve digits'
            cand --region 'The region'
            cand --instance 'The Connect instance: its alias, id or ARN'
            cand --role-arn 'The role to assume there'
            cand --read-role-arn 'The role to assume where nothing is to be changed'
            cand --external-id 'The external id that the roles ask for'
            cand --store 'Where things are kept: s3://BUCKET/PREFIX or file://DIRECTORY'
            cand --store-region 'The region of the store; the environment''s if not given'
            cand --policy 'Print the least IAM policies for this environment, as JSON, and write nothing; all that snapdeploy.toml says of it counts'
            cand --verb 'Only what this verb needs; what all need together if not given'
            cand --of 'Only those of this one, so that a policy can be given to `aws iam`'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand --protected 'A change of the environment asks for the phrase PROJECT/NAME'
            cand --yes 'Do not ask before the store is made'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;sandbox'= {
            cand --scenario 'What is in the simulated accounts: a directory with a scenario.toml. If not given: this one, examples/acme, or two small accounts, dev (111111111111) and prod (222222222222)'
            cand --port 'The port on 127.0.0.1; a free one if not given'
            cand --quotas 'Whether calls are throttled as AWS does'
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;generate'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand completions 'Write the completions of every shell'
            cand man 'Write a man page for every verb'
            cand coverage 'Write the table of what is covered between its marks in a file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;generate;completions'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;generate;man'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;generate;coverage'= {
            cand --config 'The configuration; the nearest snapdeploy.toml upwards if not given'
            cand --output 'How the result is printed'
            cand --color 'When there is colour'
            cand -q 'Say nothing but the result, errors and questions'
            cand --quiet 'Say nothing but the result, errors and questions'
            cand -v 'Log what happens beneath; more with -vv'
            cand --verbose 'Log what happens beneath; more with -vv'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'snapdeploy;generate;help'= {
            cand completions 'Write the completions of every shell'
            cand man 'Write a man page for every verb'
            cand coverage 'Write the table of what is covered between its marks in a file'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;generate;help;completions'= {
        }
        &'snapdeploy;generate;help;man'= {
        }
        &'snapdeploy;generate;help;coverage'= {
        }
        &'snapdeploy;generate;help;help'= {
        }
        &'snapdeploy;help'= {
            cand extract 'Take what is in an environment and keep it as a snapshot'
            cand show 'List snapshots, what is in one, or one document'
            cand package 'Make packages, look into them, take them apart and put them together'
            cand deploy 'Deploy a snapshot or a package to an environment'
            cand rollback 'Put back what was there before a deployment'
            cand approve 'Approve a plan that somebody else has saved'
            cand diff 'Show what differs between two snapshots or packages'
            cand history 'Show who did what, when, why, and how it ended'
            cand health 'Ask whether all is well with an environment and with the store'
            cand store 'Look after the store: whether all of it is as it was written, and what need not be kept any longer'
            cand init 'Write a configuration to begin with, and set its store up'
            cand sandbox 'Simulate AWS on this machine'
            cand generate 'Write what the repository has of completions, man pages and tables'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'snapdeploy;help;extract'= {
        }
        &'snapdeploy;help;show'= {
        }
        &'snapdeploy;help;package'= {
            cand create 'Make a package out of a snapshot'
            cand inspect 'Show what is in a package'
            cand verify 'Check that a package is whole: every byte is accounted for by a digest'
            cand unpack 'Take a package apart into readable files'
            cand pack 'Put a package together out of what `unpack` made'
            cand sign 'Say of a package that it may be deployed'
            cand keygen 'Make a key that signs packages, for teams without KMS'
        }
        &'snapdeploy;help;package;create'= {
        }
        &'snapdeploy;help;package;inspect'= {
        }
        &'snapdeploy;help;package;verify'= {
        }
        &'snapdeploy;help;package;unpack'= {
        }
        &'snapdeploy;help;package;pack'= {
        }
        &'snapdeploy;help;package;sign'= {
        }
        &'snapdeploy;help;package;keygen'= {
        }
        &'snapdeploy;help;deploy'= {
        }
        &'snapdeploy;help;rollback'= {
        }
        &'snapdeploy;help;approve'= {
        }
        &'snapdeploy;help;diff'= {
        }
        &'snapdeploy;help;history'= {
            cand show 'Show one run: how it began, each call, and how it ended'
            cand watch 'Follow a run of another process until it ends, and end with its code'
            cand stats 'Count deployments and rollbacks, and how long they took'
            cand export 'Print every audit entry, the oldest first, as JSON lines'
            cand verify 'Tell whether anybody has changed the audit'
            cand import 'Tell the ledger what was done with --break-glass while it could not be reached'
        }
        &'snapdeploy;help;history;show'= {
        }
        &'snapdeploy;help;history;watch'= {
        }
        &'snapdeploy;help;history;stats'= {
        }
        &'snapdeploy;help;history;export'= {
        }
        &'snapdeploy;help;history;verify'= {
        }
        &'snapdeploy;help;history;import'= {
        }
        &'snapdeploy;help;health'= {
        }
        &'snapdeploy;help;store'= {
            cand check 'Check that everything in the store is there, and is what its name says'
            cand forget 'Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more'
        }
        &'snapdeploy;help;store;check'= {
        }
        &'snapdeploy;help;store;forget'= {
        }
        &'snapdeploy;help;init'= {
        }
        &'snapdeploy;help;sandbox'= {
        }
        &'snapdeploy;help;generate'= {
            cand completions 'Write the completions of every shell'
            cand man 'Write a man page for every verb'
            cand coverage 'Write the table of what is covered between its marks in a file'
        }
        &'snapdeploy;help;generate;completions'= {
        }
        &'snapdeploy;help;generate;man'= {
        }
        &'snapdeploy;help;generate;coverage'= {
        }
        &'snapdeploy;help;help'= {
        }
    ]
    $completions[$command]
}
