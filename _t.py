import time, numpy as np
from dataclasses import replace
from silvafisc.runs.prepare import prepare
from silvafisc.allocation.rule_mode import rule_problem
from silvafisc.allocation.model import assemble
from silvafisc.allocation.blocks import whole
from silvafisc.allocation.solve import Session
from silvafisc.allocation.terms import rule_part
from silvafisc.allocation.problem import Aux, Objective, Row
from silvafisc.allocation.risk import totals,_sums,tail_mean
p=prepare("nation-2026-2028")
pr=rule_problem(p.resolved,p.inputs,p.responses.indices,p.menus,"0.5")
parts=[rule_part(pr,s) for s in pr.resolved.rules]
t=totals(pr); low,high=t.bounds; unit=t.unit
v,rows,_=_sums(t,"c","c")
th=Aux("theta",low.min()/unit,high.max()/unit)
m=assemble(pr,parts,[Objective("c","t",np.zeros(pr.size),aux={"theta":unit},variables=(*v,th),rows=tuple(rows))])
s=Session(whole(m),time_limit=300)
n=pr.size; obj=np.zeros(m.size); names=[x.name for x in m.variables]; it=n+names.index("theta"); iy=[n+names.index(x.name) for x in v]
obj[it]=unit
def cut(T):
    K=len(T); order=np.argsort(T,kind="stable")[:K//10]
    g=t.factors[order].mean(axis=0); b=t.constant[order].mean()
    s.add_row(np.array([it,*iy]), np.array([1024.,*(-1024*g)]), -np.inf, 1024*b/unit)
c=time.process_time
a=c()
for k in range(200):
    r=s.relaxed(obj); Y=r.point[iy]*unit; T=t.factors@Y+t.constant
    val=tail_mean(T,"0.1"); 
    if r.value-val<1e-7*abs(val): break
    cut(T)
print("lp rounds",k,r.value,val,round(c()-a,1),flush=True)
for k in range(30):
    a=c(); r=s.maximise(obj,gap=0.0); T=t.at(np.round(r.point[:n])); val=tail_mean(T,"0.1")
    print("mip",k,r.value,val,round(c()-a,1),r.status,flush=True)
    if r.value-val<=1e-9*abs(val): break
    cut(T)
