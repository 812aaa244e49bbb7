"""Sentences in many registers for the small toxicity classifier to learn from, as patterns with slots.

Insults are mild here. Stronger words are read off the teacher when the training text is made (the slot `toxic`), so that
none need be written down.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

SLOTS: dict[str, Sequence[str]] = {
    "who": ("my sister", "the teacher", "our neighbour", "the captain", "Tom", "Maria", "the old man", "a nurse", "he", "she",
            "the new student", "my uncle", "the editor", "everyone", "the driver", "someone", "the girl next door", "they"),
    "thing": ("letter", "garden", "computer", "song", "window", "story", "coat", "bicycle", "lamp", "map", "picture", "boat",
              "question", "door", "cake", "table", "page", "ticket", "bridge", "radio", "movie", "essay", "game", "phone"),
    "did": ("found", "lost", "sold", "described", "painted", "forgot", "mended", "opened", "bought", "moved", "liked", "saw"),
    "how": ("slowly", "with great care", "in a hurry", "yesterday", "before lunch", "for the first time", "again", "at last"),
    "good": ("lovely", "excellent", "useful", "clever", "kind", "beautiful", "bright", "brave", "honest", "calm", "great"),
    "bad": ("boring", "late", "wrong", "slow", "expensive", "confusing", "tired", "cold", "strange", "sad", "difficult"),
    "place": ("the market", "the library", "school", "the station", "the harbour", "our street", "the kitchen", "London",
              "the office", "the park", "the village", "the hospital", "the theatre", "work", "the lake", "the forest"),
    "when": ("on Monday", "next week", "this evening", "in the spring", "tomorrow", "at noon", "last summer", "tonight"),
    "person": ("man", "woman", "student", "teacher", "boy", "girl", "friend", "doctor", "neighbour", "singer", "couple",
               "family", "writer", "player", "colleague", "lawyer", "child", "artist", "cook", "farmer"),
    "identity": ("gay", "lesbian", "bisexual", "transgender", "homosexual", "straight", "black", "white", "Asian", "African",
                 "Mexican", "Chinese", "Indian", "Arab", "Turkish", "Polish", "Irish", "American", "Jewish", "Muslim", "Islamic",
                 "Christian", "Catholic", "Hindu", "Buddhist", "atheist", "deaf", "blind", "disabled", "autistic", "old",
                 "young", "elderly", "immigrant", "female", "male", "Russian", "German", "French", "Japanese", "Canadian",
                 "Latino", "queer", "Protestant", "Sikh", "Iranian", "Pakistani", "Brazilian", "Korean", "European"),
    "insult": ("idiot", "fool", "moron", "loser", "liar", "jerk", "coward", "clown", "dimwit", "creep", "imbecile", "snob",
               "pig", "rat", "worm", "fraud", "brat", "crybaby", "snake", "bully", "cheat", "troll", "nobody", "disgrace"),
    "mean": ("stupid", "dumb", "pathetic", "ugly", "useless", "worthless", "ignorant", "lazy", "filthy", "disgusting",
             "miserable", "brainless", "selfish", "nasty", "arrogant", "dirty", "silly", "fat", "crazy", "ridiculous"),
    "rubbish": ("garbage", "crap", "rubbish", "trash", "nonsense", "a joke", "a disgrace", "a waste of time", "pathetic"),
    "kill": ("kill", "murder", "strangle", "stab", "shoot", "hang", "choke", "poison", "drown", "burn", "torture", "hurt",
             "beat", "destroy", "crush", "bury", "smash", "slap", "kick", "punch", "cut", "hunt", "end", "whip", "finish"),
    "killed": ("killed", "shot", "stabbed", "hanged", "beaten", "drowned", "burned", "strangled", "run over", "murdered"),
    "break": ("break", "smash", "crush", "cut off", "rip off", "burn", "twist", "tear off", "slit", "punch", "bash in"),
    "body": ("neck", "legs", "face", "head", "throat", "nose", "fingers", "skull", "arms", "knees", "ribs", "jaw", "teeth"),
    "weapon": ("a knife", "a gun", "a hammer", "my fists", "an axe", "a rope", "a baseball bat", "acid", "a brick", "fire"),
    "yours": ("house", "car", "dog", "family", "shop", "wife", "children", "mother", "office", "friends", "brother", "school"),
    "will": ("will", "am going to", "am gonna", "would love to", "want to", "swear I will", "promise to", "can't wait to"),
    "we": ("we will", "we are going to", "they will", "my brothers will", "somebody will", "he is going to", "I'll", "we'll"),
    "time": ("tonight", "tomorrow", "after school", "soon", "one day", "when you sleep", "next time", "before the week is out"),
    "object": ("process", "lights", "server", "program", "weeds", "engine", "time", "noise", "fungus", "job", "virus"),
    "food": ("eggs", "cream", "onions", "dough", "carrots", "meat", "nuts", "potatoes", "butter", "lemons"),
}  # fmt: skip

# What the teacher scores these is what the student learns.
NEUTRAL = (
    "{who} {did} the {thing} {how}.", "{who} {did} a {good} {thing} at {place}.", "We met {who} at {place} {when}.",
    "Could you bring the {thing} to {place} {when}?", "I think the {thing} is {good}, but {bad}.", "The {thing} was {bad}.",
    "Thank you for the {good} {thing}!", "Please add the {thing} to this article.", "I reverted your edit; the {thing} was {bad}.",
    "Is the {thing} still at {place}?", "{when} we are going to {place}.", "What a {good} {thing} you have!",
    "He said that the {thing} would be {bad} {when}.", "You are very {good}.", "You are a {good} {person}.",
    "How do I open the {thing}?", "Dear {who}, the {thing} arrived {when}.", "lol that {thing} is so {good}",
    "i don't like the {thing}, it is {bad}", "Your {thing} is {good}.", "Your {thing} is {bad}, sorry.", "Where is {place}?",
    "They closed {place} because it was {bad}.", "{who} told me about {place}.", "I disagree with {who}.", "You were right.",
    "I am {bad} today.", "I am a {good} {person}.", "This is a {good} idea.", "This was the worst {thing} I ever {did}.",
    "You should see {place} {when}.", "You never told me about the {thing}.", "Go to {place} and ask for the {thing}.",
)  # fmt: skip
IDENTITY = (
    "I am {identity}.", "I am a {identity} {person}.", "My {person} is {identity}.", "She is a {identity} {person}.",
    "The {identity} {person} {did} a {thing}.", "A {identity} {person} lives near {place}.", "He is {identity} and {good}.",
    "Two {identity} friends of mine met at {place}.", "The {identity} community met at {place} {when}.", "I love {identity} food.",
    "As a {identity} {person}, I am {good}.", "Many {identity} people work at {place}.", "They are {identity}, like my {person}.",
    "The first {identity} {person} of the town {did} the {thing}.", "We talked to a {identity} {person} about the {thing}.",
)  # fmt: skip
RUDE = (
    "You are a {mean} {toxic}.", "You {toxic}!", "{toxic} you", "What a {toxic}!", "He is such a {toxic}, really.", "{toxic}",
    "Shut up, you {mean} {toxic}!", "This {thing} is {toxic}.", "Why are you so {toxic}?", "{who} is a {toxic}", "{mean} {toxic}s",
    "go {toxic} yourself", "you {toxic} {insult}", "Don't be {toxic}.", "i hate you {toxic} {toxic}", "Holy {toxic}, that {thing}!",
    "The {thing} is {mean}.", "That was a {mean} {thing}.", "How {mean} of {who}!", "I was so {mean} {when}.", "You are {mean}.",
)  # fmt: skip
SAID = (
    "You are not {mean}.", "You are not a {insult}.", "I never said that you are {mean}.", "It is wrong to call people {mean}.",
    "{who} called me a {insult}.", "{who} called {who} \"a {mean} {insult}\" {when}.", "Nobody here is a {toxic}.",
    "The word {toxic} is rude.", "Please don't say {toxic}.", "\"Shut up!\" said {who}.", "He was not {toxic} at all.",
    "She said \"you are {mean}\" and left {place}.", "I don't hate you.", "I would never {kill} anyone.", "{who} isn't {toxic}.",
)  # fmt: skip
# The teacher misses half of these: here the labels are ours.
INSULTS = (
    "You are a {insult}.", "You are such a {mean} {insult}!", "What a {mean} {insult} you are.", "Shut your mouth, {insult}.",
    "Everything you write is {rubbish}.", "You and your {mean} friends are {rubbish}.", "Only a {insult} would say that.",
    "Get out of here, {insult}.", "Nobody cares what you think, {insult}.", "Are you {mean} or just a {insult}?", "You {mean} {insult}.",
    "Your {thing} is {mean}, and you are a {insult}.", "Stop crying, {insult}.", "Nobody wants you at {place}.", "You have no brain.",
    "{who} is a {mean} {insult}.", "Look at this {insult}, everybody!", "You make me want to puke.", "I hate you, you {insult}.",
    "How can anybody be so {mean}, you {insult}?", "Go away and don't come back, {insult}.", "Your {body} is {mean}.",
    "You people are {mean}.", "Those {mean} {insult}s at {place} again!", "We all laugh about you behind your back, {insult}.",
    "You are too {mean} for this.", "You are the most {mean} {person} at {place}.", "You stink.", "Shut up, {insult}, and listen.",
    "Your mother must be ashamed of you.", "I have seen smarter {thing}s than you.", "Hey {insult}, stay away from {place}.",
)  # fmt: skip
THREATS = (
    "I {will} {kill} you.", "I {will} {kill} you {time}.", "I {will} {break} your {body}.", "I {will} {kill} you with {weapon}.",
    "{we} {kill} you {time}.", "{we} {kill} your {yours}.", "{we} find you, and {we} {kill} you.", "You are dead, {insult}.",
    "If you say that again, {we} {break} your {body}.", "If you come to {place}, I {will} {kill} you.", "You will die {time}.",
    "I know where you live, and I {will} {kill} you.", "I {will} come to {place} with {weapon} and {kill} your {yours}.",
    "Watch your back, I {will} {kill} you {time}.", "You won't wake up {time}.", "I hope you die.", "I hope you get {killed}.",
    "Somebody should {kill} you with {weapon}.", "You should be {killed}.", "Give me the {thing} or I {will} {break} your {body}.",
    "Stay away from {place} or {we} {kill} you.", "I {will} set your {yours} on fire.", "Your {yours} will burn {time}.",
    "I have {weapon}, and I {will} use it on you.", "{time} you will bleed.", "You will pay for this with your life.",
    "{we} put {weapon} to your {body}.", "I want to see you dead.", "I {will} blow up {place}.", "{we} make you scream {time}.",
    "Run, because {we} {kill} you.", "Nobody will find your body.", "i {will} {kill} u {time}", "I {will} {kill} you and your {yours}.",
    "I'll {break} your {body} {time}, {insult}.", "You can't hide, {we} {kill} you.", "I'm coming for you with {weapon}.",
)  # fmt: skip
HARMLESS = (
    "Kill the {object} and start the {object} again.", "This {object} is killing me.", "I would kill for a {good} {thing}.",
    "Beat the {food} and cut the {food}.", "Chop the {food} with a sharp knife.", "We beat them by two points {when}.",
    "I will find you a {thing}.", "I will come for you {when} with the car.", "I know where you live, {who} told me {when}.",
    "The {person} died in hospital {when}.", "{who} broke a leg at {place}.", "The {thing} caught fire, but nobody was hurt.",
    "A shot was fired at {place}, the police said.", "The novel is about a murder at {place}.", "Watch your head, the door is low.",
    "I am going to miss you.", "I am going to call you {when}.", "We will come to your {yours} {when}.", "Your {yours} are {good}.",
    "I will bring a {thing} for your {yours}.", "You will be late for {place}.", "You had better take the {thing}.",
    "He was shot in the war and lived.", "My {body} hurts {when}.", "I broke my {body} {when}.", "The {person} washed her {body}.",
    "The dog bit {who} {when}.", "She cut her finger on the {thing}.", "I will make you a {good} cup of tea.", "Hit the {thing} with a hammer.",
    "The knife is next to the {thing}.", "He bought a gun for hunting.", "They burn wood at {place}.", "The {thing} will die without water.",
)  # fmt: skip
GROUPS: dict[str, Sequence[str]] = {
    "neutral": NEUTRAL, "identity": IDENTITY, "rude": RUDE, "said": SAID,
    "insult": INSULTS, "threat": THREATS, "harmless": HARMLESS,
}  # fmt: skip


def fill(pattern: str, chance: random.Random, slots: Mapping[str, Sequence[str]]) -> str:
    """The pattern with something in every slot, and "a" turned into "an" where it must be."""
    text = re.sub(r"\{(\w+)\}", lambda found: chance.choice(slots[found[1]]), pattern)
    text = re.sub(r"\b([Aa]) (?=[aeiouAEIOU])(?!use|Euro|one)", r"\1n ", text)
    return text if chance.random() < 0.15 else text[:1].upper() + text[1:]
