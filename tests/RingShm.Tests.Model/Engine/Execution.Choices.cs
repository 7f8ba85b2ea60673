namespace RingShm.Tests.Model.Engine;

/// <content>Who may move or die next, and when a run has come to a known state.</content>
internal sealed partial class Execution
{
    /// <summary>Asks until somebody is to run; kills on the way. Null when the run is over.</summary>
    private ModelThread? Next(ModelThread? current, bool isPrivate = false)
    {
        if (_resumeAfterDeath is { } resumed)
        {
            _resumeAfterDeath = null;
            return resumed;
        }

        while (true)
        {
            int runnable = FillOptions(current, isPrivate && current!.Status == ThreadStatus.Ready);
            if (_options.Count == 0)
                return null;
            if (isPrivate && _options.Count == 1 && _options[0] == current!.Index)
                return current;
            if (_visited != null && _chooser.IsFresh && !_visited.Add(StateHash(current)))
            {
                WasCut = true;
                return null;
            }

            int option = _options[_options.Count == 1 ? 0 : _chooser.Choose(_options.Count, runnable, ChoiceKind.Schedule)];
            if (option == Quiesce)
            {
                ReachedQuiescence = true;
                foreach (ModelThread thread in Threads)
                {
                    if (!thread.Awaits)
                        continue;
                    thread.IsQuiescent = true;
                    thread.Remember(78);
                }
            }
            else if (option < 0)
            {
                Kill(_threads[~option]);
            }
            else
            {
                if (current is { IsEnabled: true } && option != current.Index)
                    _preemptionsLeft--;
                return _threads[option];
            }
        }
    }

    private int FillOptions(ModelThread? current, bool isPrivate)
    {
        _options.Clear();
        if (isPrivate)
        {
            _options.Add(current!.Index);
            if (_killsLeft > 0 && current.IsKillable)
                _options.Add(~current.Index);
            return 1;
        }

        bool continues = current is { IsEnabled: true };
        bool anyAwaits = false;
        if (continues)
            _options.Add(current!.Index);
        foreach (ModelThread thread in Threads)
        {
            anyAwaits |= thread.Awaits;
            if (thread != current && thread.IsEnabled && (!continues || _preemptionsLeft > 0))
                _options.Add(thread.Index);
        }

        if (_options.Count == 0 && anyAwaits)
            _options.Add(Quiesce);
        int runnable = _options.Count;
        if (_killsLeft > 0)
        {
            foreach (ModelThread thread in Threads)
            {
                if (thread.IsKillable && (thread.Status is ThreadStatus.Ready or ThreadStatus.Awaiting or ThreadStatus.Asleep))
                    _options.Add(~thread.Index);
            }
        }

        return runnable;
    }

    private void Kill(ModelThread victim)
    {
        _killsLeft--;
        Deaths++;
        Log(victim, "is killed");
        victim.Status = ThreadStatus.Dead;
        victim.Remember(666);
        LeaveHalfACopy(victim);
        Bury(victim);
    }

    private ulong StateHash(ModelThread? current)
    {
        ulong hash = Hashing.Mix(_memoryHash, _fenceHash);
        foreach (ModelThread thread in Threads)
            hash = Hashing.Mix(hash, thread.History + (ulong)thread.Status);
        // What is left of the bounds decides what can follow; the running thread matters only where preemptions are bounded.
        hash = Hashing.Mix(hash, ((ulong)(uint)_killsLeft << 32) | (uint)Math.Min(_preemptionsLeft, 1000));
        return _preemptionsLeft < 1000 ? Hashing.Mix(hash, (ulong)(current?.Index ?? 99)) : hash;
    }
}
