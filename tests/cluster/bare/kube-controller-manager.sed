# What a cluster without pods runs of the kube-controller-manager: what deletes, and what a namespace needs. Nobody makes
# ReplicaSets or pods, so that thousands of Deployments cost what their objects cost. Its own default of 20 requests a
# second would be what a test measures.
s/--controllers=.*/--controllers=garbage-collector-controller,namespace-controller,serviceaccount-controller,serviceaccount-token-controller,root-ca-certificate-publisher-controller,clusterrole-aggregation-controller/
s/--leader-elect=true/--leader-elect=false/
s/^\( *\)- kube-controller-manager$/&\n\1- --kube-api-qps=1000\n\1- --kube-api-burst=2000/
