"""Settings come in layers: options, LEANLAB_* variables, lab.json, the user's own file; `config` says where each is from."""
import json
import unittest

from leanlab_testing import LeanlabTest


class Layers(LeanlabTest):
    def setUp(self):
        super().setUp()
        self.numbers = self.lab(max_fix_calls=2)

    def user_file(self, **fields):
        path = self.home / ".config/leanlab/config.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(fields))
        return path

    def settings(self, **env) -> dict:
        listed = self.json("config", "numbers", env=env)["settings"]
        return {entry["name"]: (entry["value"], entry["origin"]) for entry in listed}

    def test_each_layer_overrules_those_below(self):
        file = str(self.user_file(max_fix_calls=7, limits={"seconds": 11, "disk_mb": 12}, agents={"worker": "tuner"}))
        found = self.settings(LEANLAB_LIMITS_SECONDS="30", LEANLAB_PARALLEL_EVALUATIONS="4")
        self.assertEqual(found["limits.seconds"], (30, "LEANLAB_LIMITS_SECONDS"))
        self.assertEqual(found["parallel.evaluations"], (4, "LEANLAB_PARALLEL_EVALUATIONS"))
        self.assertEqual(found["max_fix_calls"], (2, "lab.json"))
        self.assertEqual(found["limits.disk_mb"], (12, file))
        self.assertEqual(found["agents"], ({"worker": "tuner"}, file))
        self.assertEqual(found["critic_every"], (5, "default"))

    def test_xdg_config_home(self):
        self.user_file(critic_every=9).rename(self.temp / "config.json")
        folder = self.temp / "xdg/leanlab"
        folder.mkdir(parents=True)
        (self.temp / "config.json").rename(folder / "config.json")
        self.assertEqual(self.settings(XDG_CONFIG_HOME=str(self.temp / "xdg"))["critic_every"][0], 9)

    def test_the_users_agent_is_used(self):
        self.user_file(agents={"worker": "command:./propose.sh"})
        summary = self.json("run", "numbers", "--n", 1)
        self.assertEqual(summary["experiments"][0]["agent"], "command:./propose.sh")

    def test_mistakes_name_their_layer(self):
        path = self.user_file(limits={"seconds": "long"})
        self.assert_explains(self.leanlab("config", "numbers", code=3), str(path), "limits.seconds")
        path.unlink()
        self.assert_explains(self.leanlab("config", "numbers", code=3, env={"LEANLAB_LIMITS_SECONDS": "long"}),
                             "LEANLAB_LIMITS_SECONDS", "number")
        self.user_file(eval_cmd="true")
        self.assert_explains(self.leanlab("config", "numbers"), "eval_cmd")

    def test_an_owner_who_wants_a_person(self):
        self.user_file(owner={"require": "person"})
        self.leanlab("lock", "numbers")
        self.assert_explains(self.leanlab("unlock", "numbers", code=7), "owner", "person")
        self.assertTrue(self.json("list")["labs"][0]["sealed"])


if __name__ == "__main__":
    unittest.main()
